package dev.lateen.install.pod;

import dev.lateen.api.mesh.ProxySettings;
import dev.lateen.api.yaml.StartSettings;
import dev.lateen.install.run.ProxyStart;
import dev.lateen.proxy.ProxyBootstrap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads settings that say something. A class of its own, so that the others load none of the readers. Pure. */
final class PodSettingsReader {
    private PodSettingsReader() {}

    static PodSettings read(String variable, String annotation) {
        StartSettings given = StartSettings.parse(PodSettings.VARIABLE, variable)
                .with(StartSettings.parse(PodSettings.ANNOTATION, annotation));
        ProxyStart start = ProxyStart.of(PodSettings.VARIABLE, given);
        ProxySettings settings = start.settings();
        return new PodSettings(
                start.given(),
                settings.discoveryAddress().isEmpty() ? PodSettings.ISTIOD : settings.discoveryAddress(),
                new PodSettings.Ports(settings.proxyAdminPort(), settings.statusPort()),
                settings.concurrency(),
                new ProxyBootstrap.Drain(
                        settings.lifecycle().terminationDrainDuration(),
                        settings.lifecycle().drainDuration()),
                start.cluster(""),
                settings.meshId(),
                settings.proxyMetadata(),
                stats(settings.reporting().proxyStatsMatcher()),
                ProxyStart.warnings(PodSettings.VARIABLE, given));
    }

    private static PodSettings.Stats stats(ProxySettings.@Nullable StatsMatcher matcher) {
        return matcher == null
                ? new PodSettings.Stats(List.of(), List.of(), List.of())
                : new PodSettings.Stats(
                        matcher.inclusionPrefixes(), matcher.inclusionSuffixes(), matcher.inclusionRegexps());
    }
}
