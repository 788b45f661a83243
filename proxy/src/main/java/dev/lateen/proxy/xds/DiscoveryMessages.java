package dev.lateen.proxy.xds;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.lateen.proxy.xds.bootstrap.XdsNode;
import dev.lateen.proxy.xds.proto.ConfigException;
import dev.lateen.proxy.xds.proto.MessageBytes;
import dev.lateen.proxy.xds.proto.ProtoNode;
import dev.lateen.proxy.xds.proto.ProtoSchema;
import dev.lateen.proxy.xds.proto.ProtoWireReader;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The discovery requests on the wire ({@code envoy.service.discovery.v3}); written by hand, for they are few. */
final class DiscoveryMessages {
    /** {@code google.rpc.Code.INTERNAL}: what Envoy says on a NACK. */
    private static final int NACK_CODE = 13;

    private DiscoveryMessages() {}

    /** What a request holds beside its type. @param node empty but for the first of a stream */
    record DeltaRequest(
            ByteString node,
            String typeUrl,
            Iterable<String> subscribe,
            Iterable<String> unsubscribe,
            Map<String, String> initialVersions,
            String nonce,
            @Nullable String error) {}

    static ByteString delta(DeltaRequest request) {
        return MessageBytes.of(out -> {
            writeBytes(out, 1, request.node);
            writeText(out, 2, request.typeUrl);
            for (String name : request.subscribe) {
                out.writeString(3, name);
            }
            for (String name : request.unsubscribe) {
                out.writeString(4, name);
            }
            for (Map.Entry<String, String> version : request.initialVersions.entrySet()) {
                writeBytes(out, 5, MessageBytes.of(entry -> {
                    entry.writeString(1, version.getKey());
                    entry.writeString(2, version.getValue());
                }));
            }
            writeText(out, 6, request.nonce);
            writeError(out, 7, request.error);
        });
    }

    static ByteString stateOfTheWorld(
            ByteString node,
            String version,
            Iterable<String> names,
            String typeUrl,
            String nonce,
            @Nullable String error) {
        return MessageBytes.of(out -> {
            writeText(out, 1, version);
            writeBytes(out, 2, node);
            for (String name : names) {
                out.writeString(3, name);
            }
            writeText(out, 4, typeUrl);
            writeText(out, 5, nonce);
            writeError(out, 6, error);
        });
    }

    static ByteString node(XdsNode node) {
        return MessageBytes.of(out -> {
            writeText(out, 1, node.id());
            writeText(out, 2, node.cluster());
            if (!node.metadata().isEmpty()) {
                writeBytes(out, 3, struct(node.metadata()));
            }
            ByteString locality = MessageBytes.of(place -> {
                writeText(place, 1, node.locality().region());
                writeText(place, 2, node.locality().zone());
                writeText(place, 3, node.locality().subZone());
            });
            writeBytes(out, 4, locality);
            writeText(out, 6, node.userAgentName());
            writeText(out, 7, node.userAgentVersion());
            for (String extension : node.extensions()) {
                writeBytes(out, 9, MessageBytes.of(entry -> writeText(entry, 1, extension)));
            }
        });
    }

    private static ByteString struct(Map<?, ?> values) throws IOException {
        return MessageBytes.of(out -> {
            for (Map.Entry<?, ?> field : values.entrySet()) {
                writeBytes(out, 1, MessageBytes.of(entry -> {
                    entry.writeString(1, String.valueOf(field.getKey()));
                    entry.writeBytes(2, value(field.getValue()));
                }));
            }
        });
    }

    private static ByteString value(@Nullable Object value) {
        return MessageBytes.of(out -> {
            switch (value) {
                case null -> out.writeEnum(1, 0);
                case Number number -> out.writeDouble(2, number.doubleValue());
                case Boolean flag -> out.writeBool(4, flag);
                case Map<?, ?> map -> out.writeBytes(5, struct(map));
                case List<?> list ->
                    out.writeBytes(6, MessageBytes.of(items -> {
                        for (Object item : list) {
                            items.writeBytes(1, value(item));
                        }
                    }));
                case Object text -> out.writeString(3, text.toString());
            }
        });
    }

    private static void writeError(CodedOutputStream out, int field, @Nullable String error) throws IOException {
        if (error != null) {
            writeBytes(out, field, MessageBytes.of(status -> {
                status.writeInt32(1, NACK_CODE);
                status.writeString(2, error);
            }));
        }
    }

    private static void writeText(CodedOutputStream out, int field, String text) throws IOException {
        if (!text.isEmpty()) {
            out.writeString(field, text);
        }
    }

    private static void writeBytes(CodedOutputStream out, int field, ByteString bytes) throws IOException {
        if (!bytes.isEmpty()) {
            out.writeBytes(field, bytes);
        }
    }

    /** One resource of a response. @param version empty in a state-of-the-world response */
    record WireResource(String name, String version, String typeUrl, ByteString bytes) {}

    /** A response of either protocol. @param version of a state-of-the-world response as a whole */
    record Response(String typeUrl, String nonce, String version, List<WireResource> resources, List<String> removed) {}

    /** @throws ConfigException when the bytes are no such message */
    static Response readDelta(ByteString bytes) {
        ProtoNode node = read("envoy.service.discovery.v3.DeltaDiscoveryResponse", bytes);
        // One without a body only prolongs its life, which does not end here.
        List<WireResource> resources = node.messages("resources").stream()
                .filter(resource -> resource.has("resource"))
                .map(resource -> {
                    ProtoNode any = resource.messageOrEmpty("resource");
                    return new WireResource(
                            resource.text("name"), resource.text("version"), any.text("type_url"), any.bytes("value"));
                })
                .toList();
        return new Response(
                node.text("type_url"),
                node.text("nonce"),
                node.text("system_version_info"),
                resources,
                node.texts("removed_resources"));
    }

    /** @throws ConfigException when the bytes are no such message */
    static Response readStateOfTheWorld(ByteString bytes) {
        ProtoNode node = read("envoy.service.discovery.v3.DiscoveryResponse", bytes);
        List<WireResource> resources = node.messages("resources").stream()
                .map(DiscoveryMessages::unwrap)
                .toList();
        return new Response(node.text("type_url"), node.text("nonce"), node.text("version_info"), resources, List.of());
    }

    /** A resource may stand inside a {@code Resource} with its name and time to live. */
    private static WireResource unwrap(ProtoNode any) {
        if (!any.anyType().equals("envoy.service.discovery.v3.Resource")) {
            return new WireResource("", "", any.text("type_url"), any.bytes("value"));
        }
        ProtoNode wrapper = any.unpack();
        ProtoNode inner = wrapper.messageOrEmpty("resource");
        return new WireResource(wrapper.text("name"), "", inner.text("type_url"), inner.bytes("value"));
    }

    private static ProtoNode read(String message, ByteString bytes) {
        return ProtoWireReader.read(ProtoSchema.ENVOY.message(message), bytes, null, "");
    }
}
