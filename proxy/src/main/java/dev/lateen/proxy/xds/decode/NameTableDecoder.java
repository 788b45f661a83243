package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.NameTable;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.util.HashMap;
import java.util.Map;

/** {@code istio.networking.nds.v1.NameTable}. */
final class NameTableDecoder {
    private NameTableDecoder() {}

    static NameTable decode(ProtoNode node) {
        Map<String, NameTable.Host> hosts = new HashMap<>();
        node.map("table")
                .forEach((host, told) -> hosts.put(
                        host,
                        new NameTable.Host(
                                told.texts("ips"),
                                told.text("registry"),
                                told.text("shortname"),
                                told.text("namespace"),
                                told.texts("alt_hosts"))));
        return new NameTable(hosts);
    }
}
