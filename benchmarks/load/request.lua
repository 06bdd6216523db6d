wrk.method = os.getenv('WORK_VERB')
local body = os.getenv('WORK_BODY')
if body ~= '' then wrk.body = body end
