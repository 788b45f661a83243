package dev.lateen.install.run;

import dev.lateen.install.platform.PlatformMetrics;
import java.util.concurrent.CountDownLatch;

/** The door to a mesh with a real control plane and real proxies. */
public final class MeshLauncher {
    private MeshLauncher() {}

    /**
     * Starts a mesh, runs it until it is told to stop or its time is over, drains it and ends it.
     *
     * @param stop counts down when it is to end
     * @param whenUp called once, when the table has been printed
     * @throws dev.lateen.install.failure.CommandFailure if the config is bad or a port is taken
     */
    public static void run(RunBootstrap bootstrap, MeshLog log, CountDownLatch stop, Runnable whenUp)
            throws InterruptedException {
        try (PlatformMetrics platform = new PlatformMetrics()) {
            new MeshRun(bootstrap, new LiveRoles.Making(platform), log, stop).run(whenUp);
        }
    }
}
