package dev.lateen.install;

import dev.lateen.api.yaml.StartSettings;
import dev.lateen.install.run.ProxyRole;
import dev.lateen.install.run.ProxyStart;
import dev.lateen.proxy.ProxyBootstrap;
import dev.lateen.proxy.identity.IdentitySettings;
import dev.lateen.proxy.xds.bootstrap.XdsNode;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the environment of a pod says to the proxy in it: {@code PROXY_CONFIG}, the pod's start-up settings as the injector put them together. The bootstrap file says more closely
 * what this proxy is to do; the settings say what the file says nothing of.
 *
 * @param settings the value of {@code PROXY_CONFIG}; empty without one
 * @param platformMetrics the value of {@link ProxyRole#PLATFORM_METRICS}; null without one
 */
record PodBootstrap(String settings, @Nullable String platformMetrics) {
    /** The variable. */
    static final String SETTINGS = "PROXY_CONFIG";

    /** Of this process. */
    static PodBootstrap ofProcess() {
        String settings = System.getenv(SETTINGS);
        return new PodBootstrap(settings == null ? "" : settings, System.getenv(ProxyRole.PLATFORM_METRICS));
    }

    private ProxyStart start() {
        return ProxyStart.of(SETTINGS, StartSettings.parse(SETTINGS, settings));
    }

    /**
     * True if the environment says nothing, as for most proxies. It is asked first in each method: reading settings loads the whole reader of resources, which is half of a proxy's
     * start and a sixth of its memory.
     */
    private boolean isSilent() {
        return settings.isBlank() || settings.strip().equals("{}");
    }

    /** How long a certificate is asked for. */
    Duration certificateLife() {
        return isSilent() ? IdentitySettings.TIME_TO_LIVE : start().certificateLife();
    }

    /** What of the settings has no effect on a proxy of its own, in words. */
    List<String> withoutEffect() {
        return isSilent()
                ? List.of()
                : ProxyStart.withoutEffect(ProxyStart.Place.ALONE, StartSettings.parse(SETTINGS, settings));
    }

    /** A bootstrap with event loops, drain times, service cluster and node metadata as the settings say; the same without any. */
    ProxyBootstrap addTo(ProxyBootstrap read) {
        if (isSilent()) {
            return read;
        }
        ProxyStart start = start();
        if (start.given().isEmpty()) {
            return read;
        }
        XdsNode node = read.node();
        ProxyBootstrap settled = read.withNode(new XdsNode(
                        node.id(),
                        start.cluster(node.cluster()),
                        start.metadata(node.metadata()),
                        node.locality(),
                        node.userAgentName(),
                        node.userAgentVersion(),
                        node.extensions()))
                .withDrain(new ProxyBootstrap.Drain(
                        start.settings().lifecycle().terminationDrainDuration(),
                        start.settings().lifecycle().drainDuration()));
        Integer loops = start.settings().concurrency();
        return loops == null ? settled : withLoops(settled, loops);
    }

    private static ProxyBootstrap withLoops(ProxyBootstrap bootstrap, int loops) {
        try {
            return bootstrap.withConcurrency(loops);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(SETTINGS + "." + e.getMessage(), e);
        }
    }
}
