package dev.lateen.proxy.http.filter;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.lateen.proxy.message.PeerMetadata;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Istio's {@code x-envoy-peer-metadata}: base64 of a serialised {@code google.protobuf.Struct} with NAME, NAMESPACE, WORKLOAD_NAME, OWNER,
 * CLUSTER_ID and LABELS, the labels being canonical name and revision, app and version (istio/proxy, {@code metadata_object.cc}).
 */
final class PeerMetadataHeader {
    private static final List<String> FIELDS = List.of("NAME", "NAMESPACE", "WORKLOAD_NAME", "OWNER", "CLUSTER_ID");
    private static final String CANONICAL_NAME = "service.istio.io/canonical-name";
    private static final String CANONICAL_REVISION = "service.istio.io/canonical-revision";
    private static final List<String> LABELS = List.of(CANONICAL_NAME, CANONICAL_REVISION, "app", "version");

    private PeerMetadataHeader() {}

    static String encode(Map<String, ?> metadata) {
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
        struct.putFields("LABELS", Value.newBuilder().setStructValue(labels).build());
        return Base64.getEncoder().encodeToString(bytes(struct.build()));
    }

    private static void putText(Struct.Builder struct, String name, @Nullable Object value) {
        if (value instanceof String text && !text.isEmpty()) {
            struct.putFields(name, Value.newBuilder().setStringValue(text).build());
        }
    }

    /** Fields in a fixed order, as Envoy writes them, so that equal metadata are equal headers. */
    private static byte[] bytes(Struct struct) {
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

    /** Null when it can't be read; with or without base64 padding. */
    static @Nullable PeerMetadata decode(String header) {
        try {
            Struct struct = Struct.parseFrom(Base64.getDecoder().decode(header));
            Map<String, Value> fields = struct.getFieldsMap();
            Map<String, String> labels = new HashMap<>();
            fields.getOrDefault("LABELS", Value.getDefaultInstance())
                    .getStructValue()
                    .getFieldsMap()
                    .forEach((name, value) -> labels.put(name, value.getStringValue()));
            return new PeerMetadata(
                    text(fields.get("WORKLOAD_NAME")),
                    text(fields.get("NAMESPACE")),
                    text(fields.get("CLUSTER_ID")),
                    known(labels.get(CANONICAL_NAME)),
                    known(labels.get(CANONICAL_REVISION)),
                    known(labels.get("app")),
                    known(labels.get("version")),
                    labels);
        } catch (IllegalArgumentException | InvalidProtocolBufferException unreadable) {
            return null;
        }
    }

    private static String text(@Nullable Value value) {
        return value == null ? "unknown" : known(value.getStringValue());
    }

    private static String known(@Nullable String value) {
        return value == null || value.isEmpty() ? "unknown" : value;
    }
}
