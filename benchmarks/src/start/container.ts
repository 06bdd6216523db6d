/** What @verbena/core stands on, to be imported alone. */
import 'reflect-metadata';
import 'tsyringe';
