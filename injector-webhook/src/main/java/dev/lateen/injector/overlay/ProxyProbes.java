package dev.lateen.injector.overlay;

import dev.lateen.injector.overlay.ProxyContainer.Role;
import dev.lateen.injector.pod.PodFacts;
import dev.lateen.injector.settings.SidecarSettings.Probing;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;

/**
 * Whether the proxy is ready; nobody asks a sidecar whose agent has no port.
 *
 * @param role what the proxy is started as
 */
record ProxyProbes(Role role) implements Overlay {
    private static final String PREFIX = "readiness.status.sidecar.istio.io/";

    @Override
    public void add(Fragment fragment, PodFacts facts) {
        if (role != Role.GATEWAY && facts.statusPort().equals("0")) {
            return;
        }
        Container proxy = fragment.proxy();
        Probing probing = facts.settings().probing();
        if (role == Role.SIDECAR && probing.startupFailureThreshold() > 0) {
            proxy.setStartupProbe(probe(15021, 0, 1, probing.startupFailureThreshold()));
        }
        proxy.setReadinessProbe(probe(
                role == Role.GRPC_AGENT ? 15020 : 15021,
                number(facts, "initialDelaySeconds", probing.initialDelaySeconds()),
                number(facts, "periodSeconds", probing.periodSeconds()),
                number(facts, "failureThreshold", probing.failureThreshold())));
    }

    /** Checked to be a number before. */
    private int number(PodFacts facts, String name, int otherwise) {
        return role == Role.GATEWAY ? otherwise : Integer.parseUnsignedInt(facts.annotation(PREFIX + name, otherwise));
    }

    private static Probe probe(int port, int initialDelaySeconds, int periodSeconds, int failureThreshold) {
        return new ProbeBuilder()
                .withNewHttpGet()
                .withPath("/healthz/ready")
                .withNewPort(port)
                .endHttpGet()
                .withInitialDelaySeconds(initialDelaySeconds == 0 ? null : initialDelaySeconds)
                .withPeriodSeconds(periodSeconds == 0 ? null : periodSeconds)
                .withTimeoutSeconds(3)
                .withFailureThreshold(failureThreshold == 0 ? null : failureThreshold)
                .build();
    }
}
