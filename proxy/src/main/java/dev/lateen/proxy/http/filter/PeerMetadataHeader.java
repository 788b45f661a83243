package dev.lateen.proxy.http.filter;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import dev.lateen.proxy.message.PeerMetadata;
import dev.lateen.proxy.message.PeerStruct;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Istio's {@code x-envoy-peer-metadata}: base64 of a serialised {@link PeerStruct}. */
final class PeerMetadataHeader {
    private PeerMetadataHeader() {}

    static String encode(Map<String, ?> metadata) {
        return Base64.getEncoder().encodeToString(PeerStruct.bytes(PeerStruct.of(metadata)));
    }

    /** Null when it can't be read; with or without base64 padding. */
    static @Nullable PeerMetadata decode(String header) {
        try {
            return PeerStruct.read(Struct.parseFrom(Base64.getDecoder().decode(header)));
        } catch (IllegalArgumentException | InvalidProtocolBufferException unreadable) {
            return null;
        }
    }
}
