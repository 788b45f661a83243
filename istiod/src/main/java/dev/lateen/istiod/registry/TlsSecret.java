package dev.lateen.istiod.registry;

/**
 * What a Kubernetes Secret holds for a gateway's {@code credentialName}: {@code tls.crt}, {@code tls.key} and {@code ca.crt}, or
 * Istio's generic keys {@code cert}, {@code key}, {@code cacert}. Parts that are not there are empty. PEM; never logged.
 */
public record TlsSecret(String namespace, String name, String certificate, String key, String authority) {

    /** Without its content. */
    @Override
    public String toString() {
        return "Secret " + namespace + "/" + name;
    }
}
