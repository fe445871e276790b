"""The manifests for Kubernetes: what its API takes, and that they fit to the compose file."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml

from runtime.settings import PREFIX, Settings
from tests.compose.files import PROJECT, ROOT, SERVICES

FOLDER = ROOT / "deploy/kubernetes"
OF_OTHERS = {"ScaledObject"}
"""Kinds that an operator brings, whose schemas are not those of the API."""
API = "1.37"
SCALED = {"advanced", "cooldownPeriod", "fallback", "idleReplicaCount", "initialCooldownPeriod",
          "maxReplicaCount", "minReplicaCount", "pollingInterval", "scaleTargetRef",
          "triggers"}  # fmt: skip
"""What KEDA 2.20 knows of something that is scaled."""
ASKED = {"endpoint", "namespace", "taskQueue", "queueTypes", "targetQueueSize",
         "activationTargetQueueSize", "workerDeploymentName", "workerDeploymentBuildId",
         "includeRunningWorkflowCount", "workflowTaskQueueForCount", "minConnectTimeout",
         "enableTLS", "unsafeSsl", "tlsServerName"}  # fmt: skip
"""What its scaler for Temporal is told, as text."""


@cache
def resources() -> list[dict[str, Any]]:
    """Every resource of the files that kustomization.yaml names."""
    return [
        one
        for name in kustomization()["resources"]
        for one in yaml.safe_load_all((FOLDER / name).read_text(encoding="utf-8"))
    ]


def kustomization() -> dict[str, Any]:
    """What is put together."""
    read: dict[str, Any] = yaml.safe_load((FOLDER / "kustomization.yaml").read_text("utf-8"))
    return read


def settings() -> dict[str, str]:
    """The settings that are no secrets."""
    lines = (FOLDER / "settings.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def programs() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """The name, the pod and the one container of each program."""
    for one in resources():
        if one["kind"] in {"Deployment", "Job"}:
            pod = one["spec"]["template"]
            (container,) = pod["spec"]["containers"]
            yield one["metadata"]["name"], pod, container


def test_the_api_takes_every_resource() -> None:
    """By its schemas, strictly: no unknown field, no wrong value."""
    validator = pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is missing")
    for one in resources():
        if one["kind"] not in OF_OTHERS:
            validator.validate(one, API, strict=True)


def test_the_schemas_are_really_applied() -> None:
    """A misspelt field is refused, so the test above means something."""
    validator = pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is missing")
    wrong = next(one for one in resources() if one["kind"] == "Deployment")
    spec = {**wrong["spec"], "replica": 3}
    with pytest.raises(validator.ValidationError, match="replica"):
        validator.validate({**wrong, "spec": spec}, API, strict=True)


def test_keda_knows_every_word() -> None:
    """Its resource has no schema in the API."""
    (scaled,) = [one for one in resources() if one["kind"] in OF_OTHERS]
    assert scaled["apiVersion"] == "keda.sh/v1alpha1"
    assert scaled["spec"].keys() <= SCALED
    for trigger in scaled["spec"]["triggers"]:
        assert trigger.keys() == {"type", "metadata"}
        assert trigger["metadata"].keys() <= ASKED
        assert all(isinstance(value, str) for value in trigger["metadata"].values())


def test_every_file_is_put_together() -> None:
    """Nothing lies there unused, and the image is that of this version."""
    files = {file.name for file in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}
    assert set(kustomization()["resources"]) == files
    (image,) = kustomization()["images"]
    assert (image["name"], image["newTag"]) == (
        PROJECT["project"]["name"],
        PROJECT["project"]["version"],
    )
    assert {container["image"] for _, _, container in programs()} == {image["name"]}


def test_programs_are_those_of_the_compose_file() -> None:
    """They are started by the same words, on the same ports."""
    for name, _, container in programs():
        words = [word for word in SERVICES[name]["command"] if word != "env" and "=" not in word]
        assert container["command"] == words
        here = {entry["name"]: entry["value"] for entry in container.get("env", [])}
        for variable, value in here.items():
            given = f"{variable}={value}" in SERVICES[name]["command"]
            assert given or SERVICES[name]["environment"][variable] == value
        listening = {int(address.rpartition(":")[2]) for address in here.values()}
        assert {port["containerPort"] for port in container.get("ports", [])} == listening


def test_no_program_may_do_anything() -> None:
    """No root, no capability, no token of the API, nothing to write to but memory, and bounds."""
    for name, pod, container in programs():
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] == 10001
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        writable = [v["mountPath"] for v in container["volumeMounts"] if not v.get("readOnly")]
        assert writable == ["/tmp"], name
        assert "memory" in container["resources"]["limits"]


def test_whatever_is_selected_exists() -> None:
    """Services, budgets and policies mean pods that there are, and every pod has a policy."""
    labels = [pod["metadata"]["labels"] for _, pod, _ in programs()]
    ports = {port["name"] for _, _, c in programs() for port in c.get("ports", [])}
    for one in resources():
        spec = one["spec"]
        if one["kind"] == "Service":
            assert any(spec["selector"].items() <= have.items() for have in labels)
            assert {port["targetPort"] for port in spec["ports"]} <= ports
        elif one["kind"] == "PodDisruptionBudget":
            assert any(spec["selector"]["matchLabels"].items() <= have.items() for have in labels)
        elif one["kind"] == "NetworkPolicy":
            for rule in spec["podSelector"].get("matchExpressions", []):
                assert set(rule["values"]) <= {have[rule["key"]] for have in labels}
    everything = [one for one in resources() if one["metadata"]["name"] == "defects"]
    ((of_all,),) = [[one["spec"]["podSelector"]["matchLabels"]] for one in everything]
    assert all(of_all.items() <= have.items() for have in labels)


def test_settings_are_known_and_agree() -> None:
    """No setting is misspelt, and workers are scaled by what waits for their version."""
    fields = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    assert settings().keys() <= fields | {"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE"}
    assert not [name for name in settings() if "SECRET" in name or "PASSWORD" in name]
    (scaled,) = [one for one in resources() if one["kind"] == "ScaledObject"]
    for trigger in scaled["spec"]["triggers"]:
        asked = trigger["metadata"]
        assert asked["workerDeploymentBuildId"] == settings()["DEFECTS_BUILD_ID"]
        assert asked["namespace"] == settings()["TEMPORAL_NAMESPACE"]
        assert asked["endpoint"] == settings()["TEMPORAL_ADDRESS"]
