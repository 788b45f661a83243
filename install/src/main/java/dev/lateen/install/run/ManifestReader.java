package dev.lateen.install.run;

import dev.lateen.api.networking.Gateway;
import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.resource.ResourceMeta;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.RawDocument;
import dev.lateen.api.yaml.Reading;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.istiod.config.FileTree;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Reads the users' files, strictly: an unknown or ill-typed field is a problem with its path. Of what is good it keeps the Kubernetes kinds that make
 * workloads; Istio's own kinds are istiod's to use.
 */
final class ManifestReader {
    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.ofEntries(
            Map.entry("v1/Pod", Pod.class),
            Map.entry("v1/Service", Service.class),
            Map.entry("v1/ServiceAccount", ServiceAccount.class),
            Map.entry("v1/Namespace", Namespace.class),
            Map.entry("v1/Node", Node.class),
            Map.entry("v1/ConfigMap", ConfigMap.class),
            Map.entry("v1/Secret", Secret.class),
            Map.entry("apps/v1/Deployment", Deployment.class),
            Map.entry("apps/v1/ReplicaSet", ReplicaSet.class),
            Map.entry("apps/v1/StatefulSet", StatefulSet.class),
            Map.entry("apps/v1/DaemonSet", DaemonSet.class),
            Map.entry("batch/v1/Job", Job.class));

    private final ResourceReader reader = new ResourceReader();
    private final StrictModel model = new StrictModel();
    private final boolean runsHere;

    private ManifestReader(boolean runsHere) {
        this.runsHere = runsHere;
    }

    /** Of what is to run on this machine. */
    ManifestReader() {
        this(true);
    }

    /** Of what may run anywhere: what only this machine lacks is no problem. */
    static ManifestReader forAnyCluster() {
        return new ManifestReader(false);
    }

    /** Reads files, and the YAML and JSON files of directories: those that istiod reads, in the same order. */
    Manifests read(List<Path> paths) {
        var gathered = new Gathered();
        FileTree.of(paths, Map.of()).files().keySet().forEach(file -> read(file, gathered));
        return gathered.manifests();
    }

    /** Reads one file; empty if it can't be read. */
    Optional<Manifests> readFile(Path file) {
        var gathered = new Gathered();
        return read(file, gathered) ? Optional.of(gathered.manifests()) : Optional.empty();
    }

    private static final class Gathered {
        final List<HasMetadata> resources = new ArrayList<>();
        final List<Manifests.GatewayPorts> gateways = new ArrayList<>();
        final List<Problem> problems = new ArrayList<>();
        final List<Problem> workloadProblems = new ArrayList<>();

        void add(Problem problem) {
            problems.add(problem);
            workloadProblems.add(problem);
        }

        /** Of two resources of one kind, namespace and name the later one counts, as it does for istiod, which tells of them. */
        Manifests manifests() {
            Map<String, HasMetadata> latest = new LinkedHashMap<>();
            for (HasMetadata resource : resources) {
                String namespace = resource.getMetadata().getNamespace();
                String name =
                        resource.getKind() + " " + (namespace == null ? ResourceMeta.DEFAULT_NAMESPACE : namespace)
                                + "/" + resource.getMetadata().getName();
                latest.put(name, resource);
            }
            return new Manifests(List.copyOf(latest.values()), gateways, problems, workloadProblems);
        }
    }

    /** Answers whether it can be read at all; istiod reads the same file, and tells why not. */
    private boolean read(Path file, Gathered into) {
        try {
            if (Files.size(file) > FileTree.LONGEST) {
                return false;
            }
            read(file, Files.readString(file), into);
            return true;
        } catch (IOException unreadable) {
            return false;
        }
    }

    /** Reads the distribution's own manifests. */
    Manifests read(Path name, String text) {
        var gathered = new Gathered();
        read(name, text, gathered);
        return gathered.manifests();
    }

    private void read(Path file, String text, Gathered into) {
        Reading reading = reader.read(file.toString(), text);
        into.problems.addAll(reading.problems());
        reading.documents().forEach(document -> take(document, into));
        reading.of(Gateway.class).forEach(gateway -> into.gateways.add(ports(gateway.spec())));
    }

    private void take(RawDocument document, Gathered into) {
        WorkloadRemarks.of(document, runsHere).forEach(into::add);
        Class<? extends HasMetadata> type = KINDS.get(document.apiVersion() + "/" + document.kind());
        if (type == null) {
            return;
        }
        ResourceKey resource = document.key();
        if (document.name().isEmpty()) {
            into.add(problem(document.origin(), resource, "metadata.name", "missing", "a name"));
            return;
        }
        String lacking = lacking(document);
        if (!lacking.isEmpty()) {
            into.add(problem(document.origin(), resource, lacking, "missing", "at least one container with a name"));
            return;
        }
        switch (model.read(document.node(), type)) {
            case StrictModel.Refused(String field, String found, String accepted) ->
                into.add(problem(document.origin(), resource, field, found, accepted));
            case StrictModel.Accepted(HasMetadata accepted) -> into.resources.add(withNamespace(accepted));
        }
    }

    /** The path of the containers of a kind that makes pods, if it has none; empty if all is well. */
    private static String lacking(RawDocument document) {
        String path = switch (document.kind()) {
            case "Pod" -> "spec.containers";
            case "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job" -> "spec.template.spec.containers";
            default -> "";
        };
        if (path.isEmpty()) {
            return "";
        }
        JsonNode containers = document.node().at("/" + path.replace('.', '/'));
        boolean named = containers.isArray() && !containers.isEmpty();
        for (JsonNode container : containers) {
            named &= !container.path("name").asString("").isEmpty();
        }
        return named ? "" : path;
    }

    private static Problem problem(Origin origin, ResourceKey resource, String field, String found, String accepted) {
        return new Problem(Problem.Severity.ERROR, origin, origin.line(), resource, field, found, accepted);
    }

    private static HasMetadata withNamespace(HasMetadata resource) {
        ObjectMeta meta = resource.getMetadata();
        if (meta.getNamespace() == null && !(resource instanceof Namespace) && !(resource instanceof Node)) {
            meta.setNamespace(ResourceMeta.DEFAULT_NAMESPACE);
        }
        return resource;
    }

    private static Manifests.GatewayPorts ports(Gateway gateway) {
        return new Manifests.GatewayPorts(
                gateway.selector(),
                gateway.servers().stream()
                        .map(server -> new Manifests.Server(
                                server.port().number(), server.port().protocol()))
                        .toList());
    }
}
