package dev.lateen.install.run;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** Runs proxies in this process. Safe from any thread. */
interface ProxyHost {
    /** Starts a proxy; returns when it has begun to connect to the control plane. */
    RunningProxy start(ProxySpec spec) throws InterruptedException;

    /** Closes what the proxies share. */
    void close() throws InterruptedException;

    /** A proxy at work. */
    interface RunningProxy {
        /** Whether it has had its config and listens where that says. */
        boolean isReady();

        /** Why its config is not whole, in words; empty when it is, or nothing is known. */
        default List<String> holdUps() {
            return List.of();
        }

        /** What of the config in force it can't build, and what becomes of it, in words. */
        default List<String> gaps() {
            return List.of();
        }

        /** Lets requests under way finish, within some seconds, and closes its listeners. */
        void stop() throws InterruptedException;
    }

    /**
     * What a proxy is told at its start.
     *
     * @param nodeId who it is, in Istio's form
     * @param cluster the service cluster of its node
     * @param metadata the metadata of its node
     * @param address the pod address: admin, health and metrics are there
     * @param namespace the namespace of its identity
     * @param serviceAccount the service account of its identity
     * @param labels the pod's, by which ProxyConfigs select it
     * @param locality where it runs, as {@code region/zone/subzone}; empty if nothing says so
     * @param settings the pod's annotation {@code proxy.istio.io/config}; empty without one
     * @param token proves its identity to the certificate authority; asked for with each certificate
     */
    record ProxySpec(
            String nodeId,
            String cluster,
            Map<String, Object> metadata,
            String address,
            String namespace,
            String serviceAccount,
            Map<String, String> labels,
            String locality,
            String settings,
            Callable<String> token) {}
}
