package dev.lateen.istiod.translate.route;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.lateen.istiod.translate.resource.HashSum;
import dev.lateen.istiod.translate.resource.Protos;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A virtual host as it stands in the bytes of a route configuration: made, serialised and hashed once, however often the configuration around it changes. Immutable.
 *
 * @param key where it stands among the others
 * @param entry the field of the configuration, tag and length included
 * @param hash of the entry
 */
record HostPiece(String key, ByteString entry, HashSum hash) {
    static HostPiece of(String key, VirtualHost host) {
        ByteString bytes = Protos.bytes(host);
        ByteString.Output out = ByteString.newOutput(bytes.size() + 8);
        try {
            CodedOutputStream coded = CodedOutputStream.newInstance(out, 8);
            coded.writeTag(RouteConfiguration.VIRTUAL_HOSTS_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            coded.writeUInt32NoTag(bytes.size());
            coded.flush();
            bytes.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ByteString entry = out.toByteString();
        return new HostPiece(key, entry, HashSum.of(entry));
    }
}
