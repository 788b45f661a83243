package dev.lateen.istiod.metrics;

import dev.lateen.api.Release;
import dev.lateen.api.networking.VirtualService;
import dev.lateen.api.xds.NodeMetadata;
import dev.lateen.istiod.ca.CertificateAuthority;
import dev.lateen.istiod.config.JoinedConfig;
import dev.lateen.istiod.discovery.DiscoveryServer;
import dev.lateen.istiod.discovery.ProxyStatus;
import dev.lateen.istiod.model.MeshSnapshot;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Istio's metrics that tell how things stand, asked when the page is. */
public record Gauges(
        IstiodMetrics metrics,
        DiscoveryServer discovery,
        JoinedConfig source,
        Supplier<@Nullable MeshSnapshot> mesh,
        CertificateAuthority authority) {

    /** Adds them to the page. */
    public void register() {
        metrics.gauge(
                "istio_build",
                "Istio component build info",
                "component=\"pilot\",tag=\"" + Release.ISTIO_VERSION + "\"",
                () -> 1);
        metrics.gauge(
                "pilot_info", "Pilot version and build information.", "version=\"" + Release.VERSION + "\"", () -> 1);
        metrics.gauges(
                "pilot_xds",
                "Number of endpoints connected to this pilot using XDS.",
                "version",
                this::proxiesByVersion);
        metrics.gauge("pilot_services", "Total services known to pilot.", "", () -> {
            MeshSnapshot snapshot = mesh.get();
            return snapshot == null ? 0 : snapshot.registry().services().size();
        });
        metrics.gauge("pilot_virt_services", "Total virtual services known to pilot.", "", () -> {
            MeshSnapshot snapshot = mesh.get();
            return snapshot == null ? 0 : snapshot.all(VirtualService.class).size();
        });
        metrics.gauge(
                "pilot_config_problems",
                "Problems of the config as it stands.",
                "",
                () -> source.problems().size());
        expiry("citadel_server_root_cert_expiry", "the root cert will expire", authority.root());
        expiry("citadel_server_cert_chain_expiry", "the certificate chain will expire", authority.certificate());
    }

    private void expiry(String name, String what, X509Certificate certificate) {
        Instant end = certificate.getNotAfter().toInstant();
        metrics.gauge(
                name + "_timestamp", "The unix timestamp, in seconds, when " + what + ".", "", end::getEpochSecond);
        metrics.gauge(
                name + "_seconds",
                "The time remaining, in seconds, before " + what + ".",
                "",
                () -> end.getEpochSecond() - authority.now().getEpochSecond());
    }

    private Map<String, Long> proxiesByVersion() {
        return discovery.proxies().stream().collect(Collectors.groupingBy(Gauges::version, Collectors.counting()));
    }

    private static String version(ProxyStatus proxy) {
        return Objects.requireNonNullElse(proxy.node().text(NodeMetadata.ISTIO_VERSION), "unknown");
    }
}
