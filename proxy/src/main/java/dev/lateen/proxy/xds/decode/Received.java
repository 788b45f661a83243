package dev.lateen.proxy.xds.decode;

import com.google.protobuf.ByteString;
import dev.lateen.proxy.xds.proto.ProtoJsonWriter;
import dev.lateen.proxy.xds.proto.ProtoSchema;
import dev.lateen.proxy.xds.proto.ProtoWireReader;
import java.time.Instant;
import java.util.Map;

/**
 * A resource as a control plane sent it, kept beside the value that was made of it so that {@code /config_dump} shows all of it, as Envoy's does.
 *
 * @param bytes its protobuf; empty for a secret, which is told from its value instead, without the key, and for names, which whoever answers them tells
 * @param version the version it came with
 * @param at when it came
 */
public record Received(ResourceType type, ByteString bytes, String version, Instant at) {
    /** @param slice the resource in its response, which is copied */
    public static Received of(ResourceType type, ByteString slice, String version, Instant at) {
        // A slice would keep the whole response alive.
        boolean toldElsewhere = type == ResourceType.SECRET || type == ResourceType.NAMES;
        ByteString own = toldElsewhere ? ByteString.EMPTY : ByteString.copyFrom(slice.asReadOnlyByteBuffer());
        return new Received(type, own, version, at);
    }

    /** The resource in protobuf's JSON with the proto's own field names and its type, without secrets. */
    public Map<String, Object> json() {
        return ProtoJsonWriter.typed(
                type.typeUrl(),
                ProtoWireReader.read(ProtoSchema.ENVOY.message(type.message()), bytes, null, type.word()));
    }
}
