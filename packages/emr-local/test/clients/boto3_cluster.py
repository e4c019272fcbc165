"""Drives a cluster from start to end with boto3, and prints what it saw as one JSON document."""

import json
import sys

import boto3
from botocore.config import Config

emr = boto3.client(
    "emr",
    endpoint_url=sys.argv[1],
    region_name="eu-west-1",
    aws_access_key_id="any",
    aws_secret_access_key="any",
    config=Config(retries={"max_attempts": 3, "mode": "standard"}),
)
quick = {"Delay": 1, "MaxAttempts": 30}
seen = {}


def shell(name, line):
    jar = {"Jar": "command-runner.jar", "Args": ["bash", "-c", line]}
    return {"Name": name, "ActionOnFailure": "CONTINUE", "HadoopJarStep": jar}


def refusal(call, **arguments):
    try:
        call(**arguments)
    except emr.exceptions.ClientError as error:
        return [type(error).__name__, error.response["Error"]["Code"], error.response["Error"]["Message"]]
    return None


cluster = emr.run_job_flow(
    Name="boto3",
    ReleaseLabel="emr-spark-8.0.0",
    LogUri="s3://logs/boto3",
    JobFlowRole="EMR_EC2_DefaultRole",
    ServiceRole="EMR_DefaultRole",
    StepConcurrencyLevel=4,
    Tags=[{"Key": "owner", "Value": "daybook"}],
    AutoTerminationPolicy={"IdleTimeout": 600},
    Instances={
        "KeepJobFlowAliveWhenNoSteps": True,
        "InstanceFleets": [
            {
                "InstanceFleetType": "MASTER",
                "TargetOnDemandCapacity": 1,
                "InstanceTypeConfigs": [{"InstanceType": "m5.xlarge"}],
            },
            {
                "InstanceFleetType": "CORE",
                "TargetSpotCapacity": 2,
                "InstanceTypeConfigs": [{"InstanceType": "m5.xlarge"}],
            },
        ],
    },
    Steps=[shell("good", "echo good"), shell("bad", 'echo "ValueError: bad" >&2; exit 1')],
)["JobFlowId"]
seen["id"] = cluster
emr.get_waiter("cluster_running").wait(ClusterId=cluster, WaiterConfig=quick)
added = emr.add_job_flow_steps(
    JobFlowId=cluster, Steps=[shell(f"step {number}", "true") for number in range(60)]
)["StepIds"]
for step in added:
    emr.get_waiter("step_complete").wait(ClusterId=cluster, StepId=step, WaiterConfig=quick)
pages = emr.get_paginator("list_steps").paginate(ClusterId=cluster)
steps = [step for page in pages for step in page["Steps"]]
seen["newest_first"] = [step["Id"] for step in steps][: len(added)] == added[::-1]
seen["steps"] = [[step["Name"], step["Status"]["State"]] for step in steps[-2:]]
failure = emr.list_steps(ClusterId=cluster, StepStates=["FAILED"])["Steps"][0]
seen["failure"] = failure["Status"]["FailureDetails"]
seen["has_times"] = failure["Status"]["Timeline"]["StartDateTime"] <= failure["Status"]["Timeline"]["EndDateTime"]
seen["described"] = emr.describe_step(ClusterId=cluster, StepId=failure["Id"])["Step"]["Name"]
emr.add_tags(ResourceId=cluster, Tags=[{"Key": "run", "Value": "1"}])
emr.remove_tags(ResourceId=cluster, TagKeys=["owner"])
described = emr.describe_cluster(ClusterId=cluster)["Cluster"]
seen["tags"] = described["Tags"]
seen["log_uri"] = described["LogUri"]
seen["waiting"] = described["Status"]["StateChangeReason"]["Message"]
fleets = emr.list_instance_fleets(ClusterId=cluster)["InstanceFleets"]
seen["fleets"] = [[one["InstanceFleetType"], one["ProvisionedSpotCapacity"]] for one in fleets]
seen["instances"] = len(emr.list_instances(ClusterId=cluster, InstanceStates=["RUNNING"])["Instances"])
seen["groups"] = refusal(emr.list_instance_groups, ClusterId=cluster)
seen["policy"] = emr.get_auto_termination_policy(ClusterId=cluster)["AutoTerminationPolicy"]
emr.put_managed_scaling_policy(
    ClusterId=cluster,
    ManagedScalingPolicy={
        "ComputeLimits": {
            "UnitType": "InstanceFleetUnits",
            "MinimumCapacityUnits": 1,
            "MaximumCapacityUnits": 4,
        }
    },
)
seen["scaling"] = emr.get_managed_scaling_policy(ClusterId=cluster)["ManagedScalingPolicy"]
lasting = emr.add_job_flow_steps(JobFlowId=cluster, Steps=[shell("lasting", "sleep 600")])["StepIds"]
seen["cancelled"] = [
    one["Status"] for one in emr.cancel_steps(ClusterId=cluster, StepIds=lasting)["CancelStepsInfoList"]
]
emr.set_termination_protection(JobFlowIds=[cluster], TerminationProtected=True)
seen["protected"] = refusal(emr.terminate_job_flows, JobFlowIds=[cluster])
emr.set_termination_protection(JobFlowIds=[cluster], TerminationProtected=False)
emr.terminate_job_flows(JobFlowIds=[cluster])
emr.get_waiter("cluster_terminated").wait(ClusterId=cluster, WaiterConfig=quick)
seen["ended"] = emr.describe_cluster(ClusterId=cluster)["Cluster"]["Status"]["StateChangeReason"]["Code"]
seen["late"] = refusal(emr.add_job_flow_steps, JobFlowId=cluster, Steps=[shell("late", "true")])
seen["unknown"] = refusal(emr.describe_cluster, ClusterId="j-0")
seen["listed"] = [
    one["Id"]
    for page in emr.get_paginator("list_clusters").paginate(ClusterStates=["TERMINATED"])
    for one in page["Clusters"]
]
print(json.dumps(seen))
