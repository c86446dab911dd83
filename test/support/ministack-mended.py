"""Starts MiniStack 1.5.33 with that mended in which it is not as AWS is, and which the functions rely on."""

import json
import os
import re
import signal
import sys
import threading

from ministack import app
from ministack.core import iam_actions
from ministack.services import athena, lambda_svc, s3

# A comment, a literal, a name in quotes, or a question mark outside of them.
SQL_PARTS = re.compile(r"""--.*|'(?:[^']|'')*'|"[^"]*"|\?""")

start_query = athena._start_query_execution
execute = lambda_svc._execute_function_warm
extract_resource_arn = iam_actions.extract_resource_arn


def start_query_with_parameters(data):
    """It ignores the parameters of a query."""
    values = iter(data.get("ExecutionParameters", []))
    query = SQL_PARTS.sub(lambda part: next(values) if part[0] == "?" else part[0], data["QueryString"])
    return start_query({**data, "QueryString": query})


async def save_results(query_id):
    """It puts a result beside the place that it tells, without Athena's quotes and line ends."""
    execution = athena._executions[query_id]
    results = execution["_results"]
    bucket, key = execution["ResultConfiguration"]["OutputLocation"].removeprefix("s3://").split("/", 1)
    lines = [",".join(map(csv_field, row)) for row in [results["columns"], *results["rows"]]]
    s3._put_object(bucket, key, "".join(f"{line}\n" for line in lines).encode(), {"content-type": "text/csv"})


def csv_field(value):
    return "" if value is None else '"' + athena._datum_text(value).replace('"', '""') + '"'


def resource_arn_of_query(service, method, path, headers, body, params, region, account):
    """What is asked of a query is asked of its workgroup, which it does not know by the query."""
    arn = extract_resource_arn(service, method, path, headers, body, params, region, account)
    query = athena._executions.get(json.loads(body).get("QueryExecutionId")) if service == "athena" else None
    return f"arn:aws:athena:{region}:{account}:workgroup/{query['WorkGroup']}" if query else arn


def execute_with_error_type(*arguments):
    """It knows the name of a function's error by the first line of its trace alone, which it puts into the log."""
    result = execute(*arguments)
    body = result.get("body")
    if result.get("error") and body.get("errorType") == "Runtime.HandlerError":
        named = re.search(rf"^(\S+): {re.escape(body['errorMessage'])}", result["log"], re.MULTILINE)
        body["errorType"] = named[1] if named else body["errorType"]
    return result


def end_with_input():
    """Ends it when its standard input does: so it cannot outlive the tests, however they end."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


athena._start_query_execution = start_query_with_parameters
athena._save_query_results = save_results
iam_actions.extract_resource_arn = resource_arn_of_query
lambda_svc._execute_function_warm = execute_with_error_type
# It would take port 443 too, where it may.
app._port_is_bindable = lambda *_: False
threading.Thread(target=end_with_input, daemon=True).start()
app.main()
