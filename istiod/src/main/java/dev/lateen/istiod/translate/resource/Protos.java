package dev.lateen.istiod.translate.resource;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Duration;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.Value;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.xds.WellKnown;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.Pipe;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Small makers of protobuf values, the same bytes for the same content every time. */
public final class Protos {
    /** No time, which often means no limit. */
    public static final Duration ZERO = Duration.getDefaultInstance();

    /** How an address begins that is a path in the file system. */
    public static final String SOCKET = "unix://";

    private Protos() {}

    /** A message with its type, serialised the same way each time. */
    public static Any any(Message message) {
        return Any.newBuilder()
                .setTypeUrl(
                        "type.googleapis.com/" + message.getDescriptorForType().getFullName())
                .setValue(bytes(message))
                .build();
    }

    /** An Any for a message that there is no generated class of. */
    public static Any typedStruct(String type, Struct value) {
        return any(com.github.xds.type.v3.TypedStruct.newBuilder()
                .setTypeUrl("type.googleapis.com/" + type)
                .setValue(value)
                .build());
    }

    /** An HTTP filter by its name and configuration. */
    public static HttpFilter httpFilter(String name, Message config) {
        return HttpFilter.newBuilder().setName(name).setTypedConfig(any(config)).build();
    }

    /** A resource with a version that is a hash of its content. */
    public static XdsResource resource(String name, Message message) {
        Any body = any(message);
        return new XdsResource(name, version(body.getValue()), body);
    }

    /** A message serialised the same way each time. */
    public static ByteString bytes(Message message) {
        byte[] bytes = new byte[message.getSerializedSize()];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            message.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ByteString.copyFrom(bytes);
    }

    /** A hash of a content as text. */
    public static String version(ByteString content) {
        return HexFormat.of().formatHex(sha256(content), 0, 8);
    }

    static byte[] sha256(ByteString content) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(content.asReadOnlyByteBuffer());
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A JDK duration as protobuf has it. */
    public static Duration duration(java.time.Duration duration) {
        return Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }

    /** Whole seconds. */
    public static Duration seconds(long seconds) {
        return Duration.newBuilder().setSeconds(seconds).build();
    }

    /** A wrapped number from 0 to 2^32-1. */
    public static UInt32Value u32(long value) {
        return UInt32Value.of((int) value);
    }

    /** A text in a struct. */
    public static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    /** A list in a struct. */
    public static Value list(List<Value> values) {
        return Value.newBuilder()
                .setListValue(ListValue.newBuilder().addAllValues(values))
                .build();
    }

    /** A struct with these fields. */
    public static Struct struct(Map<String, Value> fields) {
        return Struct.newBuilder().putAllFields(fields).build();
    }

    /** A struct in a struct. */
    public static Value value(Struct struct) {
        return Value.newBuilder().setStructValue(struct).build();
    }

    /** A TCP address. */
    public static Address address(String host, int port) {
        if (host.startsWith(SOCKET)) {
            return Address.newBuilder()
                    .setPipe(Pipe.newBuilder().setPath(host.substring(SOCKET.length())))
                    .build();
        }
        return Address.newBuilder()
                .setSocketAddress(SocketAddress.newBuilder().setAddress(host).setPortValue(port))
                .build();
    }

    /** {@code filter_metadata["istio"]["config"]}, which names the resource that something comes from. */
    public static Metadata provenance(ResourceKey key) {
        return Metadata.newBuilder()
                .putFilterMetadata("istio", struct(Map.of("config", text(path(key)))))
                .build();
    }

    /**
     * The same with the place in it, in a namespace that only proxies of Lateen read.
     *
     * @param field such as {@code spec.servers[0]}
     */
    public static Metadata provenance(ResourceKey key, String field) {
        return provenance(key).toBuilder()
                .putFilterMetadata(WellKnown.LATEEN_METADATA, struct(Map.of(WellKnown.FIELD_METADATA, text(field))))
                .build();
    }

    /** Adds to a chain who says how it is secured. */
    public static Metadata secured(Metadata metadata, ResourceKey by, String field) {
        Struct ofLateen = metadata.getFilterMetadataOrDefault(WellKnown.LATEEN_METADATA, Struct.getDefaultInstance());
        Struct security =
                struct(Map.of(WellKnown.CONFIG_METADATA, text(path(by)), WellKnown.FIELD_METADATA, text(field)));
        return metadata.toBuilder()
                .putFilterMetadata(
                        WellKnown.LATEEN_METADATA,
                        ofLateen.toBuilder()
                                .putFields(WellKnown.SECURITY_METADATA, value(security))
                                .build())
                .build();
    }

    /** How metadata names a resource, such as {@code /apis/networking.istio.io/v1/namespaces/default/virtual-service/reviews}. */
    public static String path(ResourceKey key) {
        return "/apis/" + key.group() + "/v1/namespaces/" + key.namespace() + "/" + kebab(key.kind()) + "/"
                + key.name();
    }

    private static String kebab(String kind) {
        return kind.replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }

    /** A text as bytes. */
    public static ByteString utf8(String text) {
        return ByteString.copyFrom(text, StandardCharsets.UTF_8);
    }
}
