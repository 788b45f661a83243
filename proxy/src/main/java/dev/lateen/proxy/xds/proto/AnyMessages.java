package dev.lateen.proxy.xds.proto;

import dev.lateen.proxy.xds.proto.ProtoSchema.MessageType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code google.protobuf.Any} holds, from the wire or from JSON; a TypedStruct counts as the message that it stands for. */
final class AnyMessages {
    private AnyMessages() {}

    /** The full name of its message. */
    static String typeOf(ProtoNode any) {
        String name = afterSlash(any.text("type_url"));
        return isTypedStruct(name) ? afterSlash(parse(any, name).text("type_url")) : name;
    }

    static ProtoNode unpack(ProtoNode any) {
        String name = afterSlash(any.text("type_url"));
        if (!isTypedStruct(name)) {
            return parse(any, name);
        }
        ProtoNode value = parse(any, name).message("value");
        return ProtoJsonReader.read(known(any, typeOf(any)), value == null ? Map.of() : Structs.toMap(value), any, "");
    }

    /** The message as it is written, a TypedStruct as itself; null when the schema does not know it, or it was left out and is broken. */
    static @Nullable ProtoNode content(ProtoNode any) {
        String name = afterSlash(any.text("type_url"));
        try {
            return ProtoSchema.ENVOY.find(name) == null ? null : parse(any, name);
        } catch (ConfigException broken) {
            return null;
        }
    }

    private static ProtoNode parse(ProtoNode any, String name) {
        MessageType content = known(any, name);
        Map<String, Object> json = any.unreadJson();
        return json == null
                ? ProtoWireReader.read(content, any.bytes("value"), any, "")
                : ProtoJsonReader.read(content, json, any, "");
    }

    private static MessageType known(ProtoNode any, String name) {
        MessageType found = ProtoSchema.ENVOY.find(name);
        if (found == null) {
            throw new ConfigException(any.path(), "unknown type " + name);
        }
        return found;
    }

    private static boolean isTypedStruct(String name) {
        return name.equals("xds.type.v3.TypedStruct") || name.equals("udpa.type.v1.TypedStruct");
    }

    private static String afterSlash(String url) {
        return url.substring(url.lastIndexOf('/') + 1);
    }
}
