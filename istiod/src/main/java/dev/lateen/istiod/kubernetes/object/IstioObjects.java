package dev.lateen.istiod.kubernetes.object;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.Reading;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.Offer;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Objects of Istio's kinds, read as strictly as files are. Each is refused or taken by itself. */
public final class IstioObjects {
    /** Which control plane an object is for. */
    static final String REVISION = "istio.io/rev";

    private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

    private final String cluster;
    private final String revision;
    private final ResourceReader reader = new ResourceReader();
    private final JsonMapper json = JsonMapper.shared();

    /**
     * @param cluster the cluster's id
     * @param revision of this control plane; if it is empty, objects for any revision are taken, as Istio does
     */
    public IstioObjects(String cluster, String revision) {
        this.cluster = cluster;
        this.revision = revision;
    }

    /** The key of an object of a kind. */
    public static ResourceKey key(ApiKind kind, GenericKubernetesResource object) {
        ObjectMeta meta = object.getMetadata();
        return new ResourceKey(kind.group(), kind.kind(), meta.getNamespace(), meta.getName());
    }

    /**
     * What an object says; null if it is for another control plane.
     *
     * @param version in which the API server tells it
     */
    public @Nullable Offer offer(ApiKind kind, String version, GenericKubernetesResource object) {
        ObjectMeta meta = object.getMetadata();
        String wanted = meta.getLabels() == null ? null : meta.getLabels().get(REVISION);
        if (wanted != null && !revision.isEmpty() && !wanted.equals(revision)) {
            return null;
        }
        Origin origin = origin(cluster, meta);
        Reading reading = reader.read(origin, document(kind, version, object));
        ResourceKey key = key(kind, object);
        return reading.resources().isEmpty() || reading.problems().stream().anyMatch(Problem::isError)
                ? new Offer.Refused(key, origin, reading.problems())
                : new Offer.Read(new ConfigObject.OfIstio(reading.resources().getFirst()), reading.problems());
    }

    /** Where an object stands. */
    public static Origin origin(String cluster, ObjectMeta meta) {
        return new Origin.InCluster(
                cluster,
                meta.getUid() == null ? "" : meta.getUid(),
                meta.getGeneration() == null ? 0 : meta.getGeneration(),
                meta.getResourceVersion() == null ? "" : meta.getResourceVersion());
    }

    /** What a user wrote of it; what the API server added stays out. */
    private ObjectNode document(ApiKind kind, String version, GenericKubernetesResource object) {
        ObjectNode document = json.createObjectNode();
        document.put("apiVersion", kind.group() + "/" + version);
        document.put("kind", kind.kind());
        ObjectMeta meta = object.getMetadata();
        ObjectNode metadata = document.putObject("metadata");
        metadata.put("name", meta.getName());
        metadata.put("namespace", meta.getNamespace());
        if (meta.getCreationTimestamp() != null) {
            metadata.put("creationTimestamp", meta.getCreationTimestamp());
        }
        put(metadata, "labels", meta.getLabels());
        put(metadata, "annotations", meta.getAnnotations());
        Object spec = object.getAdditionalProperties().get("spec");
        if (spec != null) {
            document.set("spec", json.valueToTree(spec));
        }
        return document;
    }

    private static void put(ObjectNode metadata, String field, @Nullable Map<String, String> marks) {
        if (marks != null && !marks.isEmpty()) {
            ObjectNode node = metadata.putObject(field);
            marks.forEach((name, value) -> {
                if (!name.equals(LAST_APPLIED)) {
                    node.put(name, value);
                }
            });
        }
    }
}
