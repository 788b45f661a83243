package dev.lateen.istiod.input;

import dev.lateen.api.resource.Resource;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.RawDocument;
import dev.lateen.api.yaml.Reading;
import io.fabric8.kubernetes.api.model.Endpoints;
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
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** Reads documents of Kubernetes' kinds into typed objects, once, at the door. Pure. */
public final class KubernetesReader {
    private static final ObjectMapper MAPPER = JsonMapper.builder().build();
    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.ofEntries(
            Map.entry("v1/Service", Service.class),
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

    private final RawDocument document;
    private final List<Problem> problems = new ArrayList<>();

    private KubernetesReader(RawDocument document) {
        this.document = document;
    }

    /**
     * What one document says: an object of a kind that is of use, and what of it is passed over; or a document that is left as it is, because its kind is
     * of no use or because it can't be read, which is told.
     */
    public static Offer.Read read(RawDocument document) {
        KubernetesReader reader = new KubernetesReader(document);
        HasMetadata object = reader.object();
        ConfigObject read = object == null
                ? new ConfigObject.Other(document)
                : new ConfigObject.OfKubernetes(document.key(), document.origin(), object);
        return new Offer.Read(read, List.copyOf(reader.problems));
    }

    /** All good objects of a text, typed. Doubts about them are left out. */
    public static List<ConfigObject> objects(Reading reading) {
        List<ConfigObject> objects = new ArrayList<>();
        for (Resource<?> resource : reading.resources()) {
            objects.add(new ConfigObject.OfIstio(resource));
        }
        reading.documents().forEach(document -> objects.add(read(document).object()));
        return objects;
    }

    private @Nullable HasMetadata object() {
        Class<? extends HasMetadata> type = KINDS.get(document.apiVersion() + "/" + document.kind());
        if (type == null) {
            return null;
        }
        try {
            HasMetadata object = MAPPER.treeToValue(document.node(), type);
            if (object.getMetadata() == null || object.getMetadata().getName() == null) {
                tell("metadata.name", "absent; left out", "a name");
                return null;
            }
            unknown(object)
                    .forEach((path, fields) ->
                            fields.keySet().forEach(field -> tell(path + field, "unknown field; ignored", "")));
            return object;
        } catch (JacksonException e) {
            tell("", e.getOriginalMessage() + "; left out", "");
            return null;
        }
    }

    /** The fields of an object that its kind doesn't have, by the path of what holds them. */
    private static Map<String, Map<String, Object>> unknown(HasMetadata object) {
        Map<String, Map<String, Object>> unknown = new LinkedHashMap<>();
        switch (object) {
            case Service service -> {
                put(unknown, "", service.getAdditionalProperties());
                if (service.getSpec() != null) {
                    put(unknown, "spec.", service.getSpec().getAdditionalProperties());
                    service.getSpec()
                            .getPorts()
                            .forEach(port -> put(unknown, "spec.ports[].", port.getAdditionalProperties()));
                }
            }
            case Pod pod -> {
                put(unknown, "", pod.getAdditionalProperties());
                if (pod.getSpec() != null) {
                    put(unknown, "spec.", pod.getSpec().getAdditionalProperties());
                }
            }
            case Deployment deployment -> {
                put(unknown, "", deployment.getAdditionalProperties());
                if (deployment.getSpec() != null) {
                    put(unknown, "spec.", deployment.getSpec().getAdditionalProperties());
                }
            }
            default -> {
                ObjectMeta meta = object.getMetadata();
                put(unknown, "metadata.", meta.getAdditionalProperties());
            }
        }
        return unknown;
    }

    private static void put(
            Map<String, Map<String, Object>> unknown, String path, @Nullable Map<String, Object> fields) {
        if (fields != null && !fields.isEmpty()) {
            unknown.computeIfAbsent(path, p -> new LinkedHashMap<>()).putAll(fields);
        }
    }

    private void tell(String path, String found, String accepted) {
        problems.add(new Problem(
                Problem.Severity.WARNING,
                document.origin(),
                document.origin().line(),
                document.key(),
                path,
                found,
                accepted));
    }
}
