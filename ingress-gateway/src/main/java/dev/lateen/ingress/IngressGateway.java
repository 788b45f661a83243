package dev.lateen.ingress;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The ingress gateway of the distribution: Istio's {@code istio-ingressgateway}. */
public final class IngressGateway {
    /** The label {@code istio} of its pods, which a Gateway's selector names by default. */
    public static final String SELECTOR = "ingressgateway";
    /** Its Deployment and its Service. */
    public static final String NAME = "istio-ingressgateway";
    /** Where it lives: Istio's root namespace. */
    public static final String NAMESPACE = "istio-system";

    private static final String MANIFEST = "ingress-gateway.yaml";

    private IngressGateway() {}

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
