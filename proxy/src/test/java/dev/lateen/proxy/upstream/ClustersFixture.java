package dev.lateen.proxy.upstream;

import java.time.Duration;

/** Clusters in force, and the hosts that left. */
abstract class ClustersFixture {
    static final Duration MINUTE = Duration.ofMinutes(1);

    final UpstreamFixtures mesh = new UpstreamFixtures();

    static void fail(Host host, int status, int times) {
        for (int i = 0; i < times; i++) {
            host.recordResponse(status);
        }
    }
}
