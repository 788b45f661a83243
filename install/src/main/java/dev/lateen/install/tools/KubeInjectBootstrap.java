package dev.lateen.install.tools;

import dev.lateen.injector.settings.HelmValues;
import java.util.List;
import java.util.Map;

/** What the environment says to injection without a cluster: the variables of istiod's that decide what is injected. */
final class KubeInjectBootstrap {
    private static final List<String> NAMES =
            List.of("ENABLE_NATIVE_SIDECARS", "COMPLIANCE_POLICY", "ENABLE_CLUSTER_TRUST_BUNDLE_API");

    private KubeInjectBootstrap() {}

    /** Values with what the process' environment says. */
    static HelmValues with(HelmValues values) {
        return with(values, System.getenv());
    }

    static HelmValues with(HelmValues values, Map<String, String> environment) {
        HelmValues all = values;
        for (String name : NAMES) {
            String value = environment.getOrDefault(name, "");
            if (!value.isEmpty()) {
                all = all.withSet("values.pilot.env." + name + "=" + value);
            }
        }
        return all;
    }
}
