package dev.lateen.install.run;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pod that runs: its proxy, its containers, its addresses.
 *
 * @param desired what was asked for
 * @param addresses where it is
 * @param nodeId its proxy's node id; empty without one
 * @param proxy its proxy; null without one
 * @param containers its containers, in the order of the manifest
 */
record PodRuntime(
        DesiredMesh.DesiredPod desired,
        AddressPlan.Addresses addresses,
        String nodeId,
        ProxyHost.@Nullable RunningProxy proxy,
        List<RunningContainer> containers) {

    String key() {
        return desired.plan().key();
    }

    /** Whether requests may be sent to it: its proxy listens, and every container is ready. */
    boolean isReady() {
        return (proxy == null || proxy.isReady())
                && containers.stream().allMatch(container -> container.health() == RunningContainer.Health.READY);
    }

    /** Whether it is not ready yet but may be soon. */
    boolean isStarting() {
        boolean waits =
                containers.stream().anyMatch(container -> container.health() == RunningContainer.Health.STARTING);
        boolean failed =
                containers.stream().anyMatch(container -> container.health() == RunningContainer.Health.NOT_READY);
        return !failed && (waits || (proxy != null && !proxy.isReady()));
    }

    /** Why its proxy's config is not whole, in words; empty when it is, or without a proxy. */
    List<String> holdUps() {
        return proxy == null ? List.of() : proxy.holdUps();
    }

    /** What of the config in force its proxy can't build, in words. */
    List<String> gaps() {
        return proxy == null ? List.of() : proxy.gaps();
    }

    /** Ends the proxy, which lets requests finish, and then what answers them. */
    void stop() throws InterruptedException {
        if (proxy != null) {
            proxy.stop();
        }
        containers.forEach(RunningContainer::stop);
    }
}
