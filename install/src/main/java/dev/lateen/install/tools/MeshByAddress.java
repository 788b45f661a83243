package dev.lateen.install.tools;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A mesh whose control plane has a known address, such as the one of {@code meshctl run}; its proxies are where their nodes say. */
final class MeshByAddress implements AskedMesh {
    /** What a control plane is called that has no pod. */
    static final String NAMELESS = "istiod";

    private final MeshClient client;
    private final @Nullable String namespace;
    private final @Nullable String address;
    private @Nullable ConnectedProxies connected;

    /**
     * @param namespace of pods that are named without one; null for any
     * @param address the admin address of the proxy that is meant, whatever its name; null to look for it
     */
    MeshByAddress(MeshClient client, @Nullable String namespace, @Nullable String address) {
        this.client = client;
        this.namespace = namespace;
        this.address = address;
    }

    @Override
    public List<IstiodPage> istiods(String path) {
        return List.of(new IstiodPage(NAMELESS, "", client.istiodText(path), null));
    }

    @Override
    public ProxyPages proxy(String given) {
        if (address != null) {
            return new Pages(client, address, address);
        }
        var found =
                ConnectedProxies.of(client.istiod("/debug/adsz")).in(namespace).named(given);
        return new Pages(client, found.name(), found.address());
    }

    /** Those of other machines' networks are left alone. */
    @Override
    public @Nullable ProxyPages neighbour(String name) {
        if (connected == null) {
            connected = ConnectedProxies.of(client.istiod("/debug/connections"));
        }
        return connected.localAddresses(name).stream()
                .findFirst()
                .<ProxyPages>map(where -> new Pages(client, name, where))
                .orElse(null);
    }

    @Override
    public void close() {
        // Nothing is held open.
    }

    private record Pages(MeshClient client, String name, String host) implements ProxyPages {
        @Override
        public String get(String path) {
            return client.adminText(host, path);
        }

        @Override
        public String post(String path) {
            return client.adminPost(host, path);
        }
    }
}
