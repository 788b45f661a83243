package dev.lateen.install.run;

import dev.lateen.istiod.input.ConfigObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** The control plane as a mesh on one machine sees it. Safe from any thread. */
interface MeshControlPlane {
    /**
     * Reads the config, binds the ports and serves. Returns when it does.
     *
     * @param ready whether {@code /ready} may say so
     */
    void start(BooleanSupplier ready) throws InterruptedException;

    /** Has just these objects beside the users' files from now on: what a cluster would know. */
    void tell(List<ConfigObject> objects);

    /** A token with which a workload of this namespace and service account proves who it is. */
    String token(String namespace, String serviceAccount);

    /**
     * Whether the config in force tells these pods as they are.
     *
     * @param ready by pod address, whether requests may be sent there
     */
    boolean knows(Map<String, Boolean> ready);

    /** The node ids of the proxies that have acknowledged the newest config. */
    Set<String> inSync();

    /** Drains and closes. */
    void stop() throws InterruptedException;
}
