package dev.lateen.proxy.xds;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a discovery server is, as a bootstrap says it.
 *
 * @param host an address or name; empty for a Unix socket
 * @param port 0 for a Unix socket
 * @param unixPath the path of a Unix socket, or empty
 * @param delta incremental xDS, else state of the world
 * @param tls null for clear text
 * @param headers sent with each stream
 */
public record ControlPlane(
        String host,
        int port,
        String unixPath,
        boolean delta,
        @Nullable Tls tls,
        Map<String, String> headers) {
    public ControlPlane {
        headers = Map.copyOf(headers);
    }

    /**
     * How it is secured. Its text form shows no key.
     *
     * @param rootsPem what the server's certificate is checked against; null accepts the platform's roots
     * @param serverName SNI and the name that the certificate must be for; empty for the host's own
     * @param certificateChainPem the client's certificate; null for none of its own
     * @param privateKeyPem its key
     * @param workloadIdentity whether the workload's own certificate is shown, once there is one
     */
    public record Tls(
            @Nullable String rootsPem,
            String serverName,
            @Nullable String certificateChainPem,
            @Nullable String privateKeyPem,
            boolean workloadIdentity) {
        @Override
        public String toString() {
            return "Tls[serverName=" + serverName + ", clientCertificate="
                    + (certificateChainPem != null || workloadIdentity) + "]";
        }
    }
}
