package dev.lateen.proxy.xds.bootstrap;

import dev.lateen.proxy.xds.decode.SecretReference;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a discovery server is, as a bootstrap says it.
 *
 * @param host an address or name; empty for a Unix socket
 * @param port 0 for a Unix socket
 * @param unixPath the path of a Unix socket, or empty
 * @param delta incremental xDS, else state of the world
 * @param tls null for clear text
 * @param keepalive how it is asked for signs of life
 * @param headers sent with each stream
 */
public record ControlPlane(
        String host,
        int port,
        String unixPath,
        boolean delta,
        @Nullable Tls tls,
        Keepalive keepalive,
        Map<String, String> headers) {
    /** The cluster by which Istio's bootstraps and resources call the SDS server of its agent. */
    public static final String AGENT = "sds-grpc";

    public ControlPlane {
        headers = Map.copyOf(headers);
    }

    /** With the pings that gRPC's servers take, over TCP; without over a Unix socket. */
    public ControlPlane(
            String host, int port, String unixPath, boolean delta, @Nullable Tls tls, Map<String, String> headers) {
        this(host, port, unixPath, delta, tls, unixPath.isEmpty() ? Keepalive.USUAL : Keepalive.NONE, headers);
    }

    /**
     * How it is secured. Its text form shows no key.
     *
     * @param rootsPem what the server's certificate is checked against, asked for with each connection, on a worker, where it may block on a file; null for {@code rootsSecret}, or else the platform's roots
     * @param rootsSecret the SDS name of the roots, such as {@code ROOTCA}; empty for none
     * @param serverName SNI and the name that the certificate must be for; empty for the host's own
     * @param certificateChainPem the client's certificate; null for {@code certificateSecret}, or else none
     * @param privateKeyPem its key
     * @param certificateSecret the SDS name of the client's certificate, such as {@code default}; empty for none
     */
    public record Tls(
            @Nullable Supplier<String> rootsPem,
            String rootsSecret,
            String serverName,
            @Nullable String certificateChainPem,
            @Nullable String privateKeyPem,
            String certificateSecret) {
        /** Given roots, and the workload's own certificate once there is one. */
        public static Tls ofWorkload(String rootsPem, String serverName) {
            return ofWorkload(() -> rootsPem, serverName);
        }

        /** The same with roots as they are with each new connection. */
        public static Tls ofWorkload(Supplier<String> rootsPem, String serverName) {
            return new Tls(rootsPem, "", serverName, null, null, SecretReference.WORKLOAD);
        }

        /** The mesh's roots and the workload's own certificate, as they are with each new connection. */
        public static Tls ofMesh(String serverName) {
            return new Tls(null, SecretReference.ROOTS, serverName, null, null, SecretReference.WORKLOAD);
        }

        /** The secrets without which there can be no connection. */
        public Set<String> secrets() {
            Set<String> names = new LinkedHashSet<>();
            if (!rootsSecret.isEmpty()) {
                names.add(rootsSecret);
            }
            if (!certificateSecret.isEmpty()) {
                names.add(certificateSecret);
            }
            return names;
        }

        @Override
        public String toString() {
            return "Tls[serverName=" + serverName + ", clientCertificate="
                    + (certificateChainPem != null || !certificateSecret.isEmpty()) + "]";
        }
    }
}
