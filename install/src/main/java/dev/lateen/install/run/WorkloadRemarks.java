package dev.lateen.install.run;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.RawDocument;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.api.yaml.StartSettings;
import dev.lateen.install.standin.SampleImage;
import dev.lateen.istiod.model.WithoutEffect;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * What is wrong with workloads wherever they run: kinds that not even a cluster knows, settings of proxies that can't be read; and, where they are to run here,
 * what a cluster would do with them and a mesh on one machine does not. Pure.
 */
final class WorkloadRemarks {
    private static final String RUN_HERE = "Deployment, ReplicaSet, StatefulSet, DaemonSet, Job or Pod";
    /** The kinds of the groups whose kinds won't become more. */
    private static final Map<String, Set<String>> KNOWN = Map.of(
            "v1",
            Set.of(
                    "Binding",
                    "ComponentStatus",
                    "ConfigMap",
                    "Endpoints",
                    "Event",
                    "LimitRange",
                    "List",
                    "Namespace",
                    "Node",
                    "PersistentVolume",
                    "PersistentVolumeClaim",
                    "Pod",
                    "PodTemplate",
                    "ReplicationController",
                    "ResourceQuota",
                    "Secret",
                    "Service",
                    "ServiceAccount"),
            "apps/v1",
            Set.of("ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"),
            "batch/v1",
            Set.of("CronJob", "Job"));

    private final List<Problem> found = new ArrayList<>();
    private final Origin origin;
    private final ResourceKey resource;

    private final boolean runsHere;

    private WorkloadRemarks(RawDocument document, boolean runsHere) {
        this.runsHere = runsHere;
        origin = document.origin();
        resource = document.key();
    }

    /** @param runsHere whether it is to run on this machine, or is only looked at */
    static List<Problem> of(RawDocument document, boolean runsHere) {
        WorkloadRemarks remarks = new WorkloadRemarks(document, runsHere);
        Set<String> known = KNOWN.get(document.apiVersion());
        if (known != null && !known.contains(document.kind())) {
            remarks.add(
                    Problem.Severity.ERROR,
                    "kind",
                    "unknown kind '" + document.kind() + "' of " + document.apiVersion(),
                    "one of " + String.join(", ", known.stream().sorted().toList()));
        }
        switch (document.kind()) {
            case "CronJob", "ReplicationController" ->
                remarks.warn("kind", document.kind() + " is not run", "what is to run as " + RUN_HERE);
            case "Pod" -> {
                remarks.annotations(document.node().path("metadata"), "metadata");
                remarks.pod(document.node().path("spec"), "spec");
            }
            case "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job" -> {
                remarks.replicas(document.node().path("spec").path("replicas").asLong(1));
                remarks.annotations(document.node().at("/spec/template/metadata"), "spec.template.metadata");
                remarks.pod(document.node().at("/spec/template/spec"), "spec.template.spec");
            }
            default -> {}
        }
        return remarks.found;
    }

    private void replicas(long replicas) {
        if (replicas < 0) {
            add(Problem.Severity.ERROR, "spec.replicas", Long.toString(replicas), "0 or more");
        }
        if (replicas > PodDerivation.MAX_REPLICAS) {
            warn(
                    "spec.replicas",
                    Long.toString(replicas),
                    "at most " + PodDerivation.MAX_REPLICAS + ", which is what runs");
        }
    }

    private void pod(JsonNode spec, String path) {
        if (!spec.path("initContainers").isEmpty()) {
            warn(
                    path + ".initContainers",
                    spec.path("initContainers").size() + " that are not run",
                    "containers that need none");
        }
        JsonNode containers = spec.path("containers");
        for (int i = 0; i < containers.size(); i++) {
            JsonNode container = containers.get(i);
            String image = container.path("image").asString("");
            // A gateway's image is filled in by the injector; here its proxy is ours.
            boolean proxy = container.path("name").asString("").equals("istio-proxy") || image.equals("auto");
            boolean standIn = SampleImage.of(image).isPresent();
            if (!standIn && !proxy && !container.path("volumeMounts").isEmpty()) {
                warn(
                        path + ".containers[" + i + "].volumeMounts",
                        container.path("volumeMounts").size() + " that are not mounted",
                        "files of this machine, and variables instead of mounted ConfigMaps");
            }
            if (!standIn && !proxy && container.path("command").isEmpty()) {
                warn(
                        path + ".containers[" + i + "].image",
                        image.isEmpty() ? "missing, and no command" : image + ", and no command",
                        "a command beside it, which runs on this machine, or one of the images " + SampleImage.known());
            }
        }
    }

    /** Annotations that ask something of the pod's proxy. */
    private void annotations(JsonNode metadata, String path) {
        String settings =
                metadata.path("annotations").path(ProxyStart.ANNOTATION).asString("");
        String at = path + ".annotations[" + ProxyStart.ANNOTATION + "]";
        for (Problem problem : new ResourceReader()
                .readProxySettings(ProxyStart.ANNOTATION, settings)
                .problems()) {
            String field = problem.path().isEmpty() ? at : at + "." + problem.path();
            add(problem.severity(), field, problem.found(), problem.accepted());
        }
        StartSettings start = start(settings);
        WithoutEffect.of(start)
                .forEach(named ->
                        add(Problem.Severity.WARNING, at + "." + named.path(), named.found(), named.accepted()));
        ProxyStart.withoutEffect(ProxyStart.Place.RUN, start).forEach(named -> warn(at, named, "it to be left out"));
    }

    /** Nothing of settings that can't be read, which is told already. */
    private static StartSettings start(String settings) {
        try {
            return StartSettings.parse(ProxyStart.ANNOTATION, settings);
        } catch (IllegalArgumentException e) {
            return StartSettings.NONE;
        }
    }

    /** What concerns this machine only. */
    private void warn(String path, String isFound, String accepted) {
        if (runsHere) {
            add(Problem.Severity.WARNING, path, isFound, accepted);
        }
    }

    private void add(Problem.Severity severity, String path, String isFound, String accepted) {
        found.add(new Problem(severity, origin, origin.line(), resource, path, isFound, accepted));
    }
}
