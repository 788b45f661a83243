package dev.lateen.istiod.translate.view;

import dev.lateen.api.mesh.ProxySettings;
import dev.lateen.api.mesh.ProxySettings.ProxyHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Which headers a proxy adds: {@code proxyHeaders} of its start-up settings.
 *
 * @param server what the {@code server} header says; empty leaves Envoy's word; null leaves the header as the upstream sent it
 * @param clientCert what becomes of {@code x-forwarded-client-cert} at a sidecar's inbound side
 * @param requestId whether requests without an id get one
 * @param attemptCount whether upstreams are told how often a request was tried
 * @param debug whether Envoy's own headers are added
 * @param peersOutside whether metadata of the workload is also sent to hosts outside the mesh
 * @param forwardedHost whether the host before a rewrite is told
 * @param forwardedPort whether the port of the listener is told
 */
public record HeaderSettings(
        @Nullable String server,
        ProxySettings.ForwardClientCert clientCert,
        boolean requestId,
        boolean attemptCount,
        boolean debug,
        boolean peersOutside,
        boolean forwardedHost,
        boolean forwardedPort) {

    /** Those of one proxy. */
    public static HeaderSettings of(ProxyView view) {
        return of(view.settings().headers());
    }

    private static HeaderSettings of(@Nullable ProxyHeaders headers) {
        if (headers == null) {
            return new HeaderSettings(
                    "", ProxySettings.ForwardClientCert.UNDEFINED, true, true, true, true, false, false);
        }
        ProxyHeaders.MetadataExchange peers = headers.metadataExchangeHeaders();
        return new HeaderSettings(
                server(headers.server()),
                headers.forwardedClientCert(),
                !isOff(headers.requestId()),
                !isOff(headers.attemptCount()),
                !isOff(headers.envoyDebugHeaders()),
                peers == null || peers.mode() != ProxyHeaders.MetadataExchange.Mode.IN_MESH,
                isOn(headers.xForwardedHost()),
                isOn(headers.xForwardedPort()));
    }

    private static @Nullable String server(ProxyHeaders.@Nullable Server server) {
        if (server == null) {
            return "";
        }
        return Boolean.TRUE.equals(server.disabled()) ? null : server.value();
    }

    private static boolean isOff(ProxyHeaders.@Nullable OnByDefault header) {
        return header != null && Boolean.TRUE.equals(header.disabled());
    }

    private static boolean isOn(ProxyHeaders.@Nullable OffByDefault header) {
        return header != null && Boolean.TRUE.equals(header.enabled());
    }
}
