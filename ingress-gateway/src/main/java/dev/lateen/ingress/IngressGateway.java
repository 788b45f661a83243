package dev.lateen.ingress;

import dev.lateen.proxy.Proxy;
import dev.lateen.proxy.ProxyBootstrap;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ingress gateway of the distribution, Istio's {@code istio-ingressgateway}: the proxy's verticle with this role's {@linkplain IngressDefaults defaults}. It
 * is deployed, told to be ready and undeployed as every {@link Proxy}; one process can hold many.
 */
public final class IngressGateway extends Proxy {
    /** The label {@code istio} of its pods, which a Gateway's selector names by default. */
    public static final String SELECTOR = "ingressgateway";
    /** Its Deployment and its Service. */
    public static final String NAME = "istio-ingressgateway";
    /** Where it lives: Istio's root namespace. */
    public static final String NAMESPACE = "istio-system";

    private static final Logger LOG = LoggerFactory.getLogger(IngressGateway.class);
    private static final String MANIFEST = "ingress-gateway.yaml";

    private final ProxyBootstrap.OwnAddresses own;

    /**
     * One that is not deployed yet.
     *
     * @param bootstrap what is said of it; of what that leaves open the role's defaults hold
     * @param standardOut where access logs to {@code /dev/stdout} go; never closed
     */
    public IngressGateway(ProxyBootstrap bootstrap, OutputStream standardOut) {
        super(IngressDefaults.on(bootstrap), standardOut);
        this.own = bootstrap.own();
    }

    @Override
    public Future<?> start() {
        if (own.isAdminOpen()) {
            LOG.warn("admin address {}: others than this machine reach it, and it can end the gateway", own.admin());
        }
        return super.start();
    }

    /** ServiceAccount, Service and Deployment, as YAML. */
    public static String manifest() {
        try (InputStream resource = IngressGateway.class.getResourceAsStream(MANIFEST)) {
            if (resource == null) {
                throw new IllegalStateException(MANIFEST + " is missing from the distribution");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
