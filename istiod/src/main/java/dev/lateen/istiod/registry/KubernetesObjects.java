package dev.lateen.istiod.registry;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceMeta;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.RawDocument;
import io.fabric8.kubernetes.api.model.AnyType;
import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** The Kubernetes objects that the registry reads, typed. Kinds it has no use for are left out. */
final class KubernetesObjects {
    private static final ObjectMapper MAPPER = JsonMapper.builder().build();
    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.ofEntries(
            Map.entry("v1/Service", io.fabric8.kubernetes.api.model.Service.class),
            Map.entry("v1/Pod", Pod.class),
            Map.entry("v1/ServiceAccount", ServiceAccount.class),
            Map.entry("v1/Namespace", Namespace.class),
            Map.entry("v1/Node", Node.class),
            Map.entry("v1/Secret", Secret.class),
            Map.entry("v1/Endpoints", Endpoints.class),
            Map.entry("discovery.k8s.io/v1/EndpointSlice", EndpointSlice.class),
            Map.entry("apps/v1/Deployment", Deployment.class),
            Map.entry("apps/v1/ReplicaSet", ReplicaSet.class),
            Map.entry("apps/v1/StatefulSet", StatefulSet.class),
            Map.entry("apps/v1/DaemonSet", DaemonSet.class));

    /** A typed object and where it came from. */
    record Typed(HasMetadata object, Origin origin) {
        String namespace() {
            String namespace = object.getMetadata().getNamespace();
            return namespace == null || namespace.isEmpty() ? ResourceMeta.DEFAULT_NAMESPACE : namespace;
        }

        String name() {
            return object.getMetadata().getName();
        }
    }

    /** What one document was read as: an object, or none. */
    private record Known(List<Typed> objects, List<Problem> problems) {}

    private final List<Typed> objects = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final IdentityHashMap<RawDocument, Known> byDocument = new IdentityHashMap<>();

    /**
     * Reads documents; one that can't be read is reported and left out.
     *
     * @param previous what was read last: a document that is the same object is not read again
     */
    static KubernetesObjects of(Collection<RawDocument> documents, @Nullable KubernetesObjects previous) {
        KubernetesObjects all = new KubernetesObjects();
        for (RawDocument document : documents) {
            Known known = previous == null ? null : previous.byDocument.get(document);
            if (known == null) {
                KubernetesObjects one = new KubernetesObjects();
                one.read(document);
                known = new Known(one.objects, one.problems);
            }
            all.byDocument.put(document, known);
            all.objects.addAll(known.objects);
            all.problems.addAll(known.problems);
        }
        return all;
    }

    private void read(RawDocument document) {
        Class<? extends HasMetadata> type = KINDS.get(document.apiVersion() + "/" + document.kind());
        if (type == null) {
            return;
        }
        Origin origin = document.origin();
        String subject = document.kind() + " " + (document.name().isEmpty() ? "(no name)" : document.name());
        try {
            HasMetadata object = MAPPER.treeToValue(document.node(), type);
            if (object.getMetadata() == null || object.getMetadata().getName() == null) {
                tell(origin, subject, "metadata.name", "absent; left out", "a name");
                return;
            }
            reportUnknown(object, origin, subject);
            objects.add(new Typed(object, origin));
        } catch (JacksonException e) {
            tell(origin, subject, "", e.getOriginalMessage() + "; left out", "");
        }
    }

    private void reportUnknown(HasMetadata object, Origin origin, String subject) {
        if (object instanceof AnyType) {
            return;
        }
        switch (object) {
            case io.fabric8.kubernetes.api.model.Service service -> {
                unknown("", service.getAdditionalProperties(), origin, subject);
                if (service.getSpec() != null) {
                    unknown("spec.", service.getSpec().getAdditionalProperties(), origin, subject);
                    service.getSpec()
                            .getPorts()
                            .forEach(p -> unknown("spec.ports[].", p.getAdditionalProperties(), origin, subject));
                }
            }
            case Pod pod -> {
                unknown("", pod.getAdditionalProperties(), origin, subject);
                if (pod.getSpec() != null) {
                    unknown("spec.", pod.getSpec().getAdditionalProperties(), origin, subject);
                }
            }
            case Deployment deployment -> {
                unknown("", deployment.getAdditionalProperties(), origin, subject);
                if (deployment.getSpec() != null) {
                    unknown("spec.", deployment.getSpec().getAdditionalProperties(), origin, subject);
                }
            }
            default -> {
                ObjectMeta meta = object.getMetadata();
                unknown("metadata.", meta.getAdditionalProperties(), origin, subject);
            }
        }
    }

    private void unknown(String path, @Nullable Map<String, Object> fields, Origin origin, String subject) {
        if (fields != null) {
            fields.keySet().forEach(f -> tell(origin, subject, path + f, "unknown field; ignored", ""));
        }
    }

    private void tell(Origin origin, String subject, String path, String found, String accepted) {
        problems.add(new Problem(Problem.Severity.WARNING, origin, origin.line(), subject, path, found, accepted));
    }

    /** All objects of one kind, as read. */
    <T extends HasMetadata> List<T> all(Class<T> type) {
        return objects.stream()
                .map(Typed::object)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    /** All objects with their origins. */
    List<Typed> typed(Class<? extends HasMetadata> type) {
        return objects.stream().filter(t -> type.isInstance(t.object())).toList();
    }

    List<Problem> problems() {
        return List.copyOf(problems);
    }
}
