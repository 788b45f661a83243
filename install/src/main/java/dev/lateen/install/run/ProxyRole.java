package dev.lateen.install.run;

import dev.lateen.egress.EgressGateway;
import dev.lateen.ingress.IngressGateway;
import dev.lateen.proxy.Proxy;
import dev.lateen.proxy.ProxyBootstrap;
import dev.lateen.proxy.xds.bootstrap.XdsNode;
import java.io.OutputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** As what a proxy serves, which its node says: the type in its id, and of gateways the label by which Gateways select them. */
public enum ProxyRole {
    SIDECAR,
    /** Istio's ingress gateway, and every gateway that is no egress gateway: what it serves may come from anywhere. */
    INGRESS,
    EGRESS;

    /** The variable, among {@code proxyMetadata} or of the process, that says whether a proxy tells metrics of its process. */
    public static final String PLATFORM_METRICS = "LATEEN_PLATFORM_METRICS";

    private static final String GATEWAY = "router~";

    /** The role of a node. */
    public static ProxyRole of(XdsNode node) {
        if (!node.id().startsWith(GATEWAY)) {
            return SIDECAR;
        }
        Object labels = node.metadata().get("LABELS");
        Object gateway = labels instanceof Map<?, ?> map ? map.get("istio") : null;
        return EgressGateway.SELECTOR.equals(gateway) ? EGRESS : INGRESS;
    }

    /** The role's verticle. @param standardOut where access logs to {@code /dev/stdout} go; never closed */
    public Proxy verticle(ProxyBootstrap bootstrap, OutputStream standardOut) {
        return switch (this) {
            case SIDECAR -> new Proxy(bootstrap, standardOut);
            case INGRESS -> new IngressGateway(bootstrap, standardOut);
            case EGRESS -> new EgressGateway(bootstrap, standardOut);
        };
    }

    /**
     * Whether its page for Prometheus tells of the process too: gateways do unless they are told not to, sidecars only when they are told.
     *
     * @param said the value of {@link #PLATFORM_METRICS}; null if it is not set
     * @throws IllegalArgumentException if that is neither {@code true} nor {@code false}
     */
    public boolean tellsPlatform(@Nullable String said) {
        return switch (said) {
            case null -> this != SIDECAR;
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new IllegalArgumentException(PLATFORM_METRICS + ": " + said + " (expected: true or false)");
        };
    }
}
