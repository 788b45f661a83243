package dev.lateen.proxy.message;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@link PeerMetadata} as Istio's proxies send it to each other, in a header or ahead of a TCP connection's bytes: a {@code google.protobuf.Struct} with NAME,
 * NAMESPACE, WORKLOAD_NAME, OWNER, CLUSTER_ID and LABELS, the labels being canonical name and revision, app and version (istio/proxy,
 * {@code metadata_object.cc}).
 */
public final class PeerStruct {
    /** The name under which it is sent. */
    public static final String METADATA = "x-envoy-peer-metadata";

    /** The name under which the node's id is sent beside it. */
    public static final String ID = "x-envoy-peer-metadata-id";

    private static final List<String> FIELDS = List.of("NAME", "NAMESPACE", "WORKLOAD_NAME", "OWNER", "CLUSTER_ID");
    private static final String CANONICAL_NAME = "service.istio.io/canonical-name";
    private static final String CANONICAL_REVISION = "service.istio.io/canonical-revision";
    private static final List<String> LABELS = List.of(CANONICAL_NAME, CANONICAL_REVISION, "app", "version");

    private PeerStruct() {}

    /** What a node says of itself. @param metadata of the node, as in the bootstrap */
    public static Struct of(Map<String, ?> metadata) {
        Struct.Builder struct = Struct.newBuilder();
        for (String field : FIELDS) {
            putText(struct, field, metadata.get(field));
        }
        Struct.Builder labels = Struct.newBuilder();
        if (metadata.get("LABELS") instanceof Map<?, ?> all) {
            for (String label : LABELS) {
                putText(labels, label, all.get(label));
            }
        }
        return struct.putFields(
                        "LABELS", Value.newBuilder().setStructValue(labels).build())
                .build();
    }

    private static void putText(Struct.Builder struct, String name, @Nullable Object value) {
        if (value instanceof String text && !text.isEmpty()) {
            struct.putFields(name, Value.newBuilder().setStringValue(text).build());
        }
    }

    /** Its bytes with fields in a fixed order, as Envoy writes them, so that equal metadata are equal bytes. */
    public static byte[] bytes(Struct struct) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            struct.writeTo(out);
            out.flush();
        } catch (IOException neverFromMemory) {
            throw new UncheckedIOException(neverFromMemory);
        }
        return bytes.toByteArray();
    }

    /** What a peer says of itself; whatever is missing is {@code unknown}. */
    public static PeerMetadata read(Struct struct) {
        Map<String, Value> fields = struct.getFieldsMap();
        Map<String, Value> labels = fields.getOrDefault("LABELS", Value.getDefaultInstance())
                .getStructValue()
                .getFieldsMap();
        return new PeerMetadata(
                text(fields.get("WORKLOAD_NAME")),
                text(fields.get("NAMESPACE")),
                text(fields.get("CLUSTER_ID")),
                text(labels.get(CANONICAL_NAME)),
                text(labels.get(CANONICAL_REVISION)),
                text(labels.get("app")),
                text(labels.get("version")));
    }

    private static String text(@Nullable Value value) {
        return value == null || value.getStringValue().isEmpty() ? "unknown" : value.getStringValue();
    }
}
