package dev.lateen.api.xds;

import java.util.Optional;

/**
 * The name of a Kubernetes Secret as xDS has it: {@code kubernetes://NAME} for one in the namespace of the proxy that asks, {@code kubernetes://NAMESPACE/NAME} for one that is said in
 * full. Istio's {@code credentialName} is what stands behind the scheme.
 *
 * @param namespace where the Secret is
 * @param name its name in Kubernetes; one that ends with {@link #AUTHORITY} stands for the roots of a Secret
 */
public record SecretName(String namespace, String name) {
    /** Behind a credential's name: its roots, in a Secret of that very name or in the credential's own. */
    public static final String AUTHORITY = "-cacert";

    private static final String SCHEME = "kubernetes://";

    /** What a proxy asks for, to have a credential of its own namespace. @param credential as a resource names it, with a namespace or without */
    public static String asked(String credential) {
        return SCHEME + credential;
    }

    /** The roots of a credential as a resource names it; itself when that stands for roots already. */
    public static String authorityOf(String credential) {
        return credential.endsWith(AUTHORITY) ? credential : credential + AUTHORITY;
    }

    /** Reads what a proxy asks for; empty when that is no Kubernetes Secret. @param own the proxy's namespace */
    public static Optional<SecretName> parse(String asked, String own) {
        return asked.startsWith(SCHEME)
                ? Optional.of(ofCredential(asked.substring(SCHEME.length()), own))
                : Optional.empty();
    }

    /** Reads a {@code credentialName}. @param own the namespace of who uses it */
    public static SecretName ofCredential(String credential, String own) {
        int slash = credential.indexOf('/');
        return slash < 0
                ? new SecretName(own, credential)
                : new SecretName(credential.substring(0, slash), credential.substring(slash + 1));
    }

    /** Whether a proxy may be told of it at all: nobody gets another namespace's. */
    public boolean isFor(String proxyNamespace) {
        return namespace.equals(proxyNamespace);
    }

    /** Whether roots are asked for. */
    public boolean isAuthority() {
        return name.endsWith(AUTHORITY);
    }

    /** The credential whose roots are asked for; itself when they are not. */
    public SecretName credential() {
        return isAuthority() ? new SecretName(namespace, name.substring(0, name.length() - AUTHORITY.length())) : this;
    }

    /** {@code NAMESPACE/NAME}. */
    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
