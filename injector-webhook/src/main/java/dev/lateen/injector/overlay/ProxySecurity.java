package dev.lateen.injector.overlay;

import static dev.lateen.injector.overlay.Fragment.typed;

import dev.lateen.injector.overlay.ProxyContainer.Role;
import dev.lateen.injector.pod.PodFacts;
import io.fabric8.kubernetes.api.model.CapabilitiesBuilder;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;

/**
 * As whom the proxy runs and what it may do: no more than a restricted namespace allows, unless the pod asks for more.
 *
 * @param role what the proxy is started as
 */
record ProxySecurity(Role role) implements Overlay {
    @Override
    public void add(Fragment fragment, PodFacts facts) {
        if (role == Role.GATEWAY) {
            fragment.setSecurity(gatewayPod(facts));
            fragment.proxy()
                    .setSecurityContext(new SecurityContextBuilder()
                            .withRunAsUser(facts.ids().user())
                            .withRunAsGroup(facts.ids().group())
                            .build());
        } else if (role == Role.SIDECAR) {
            boolean traced = "true".equals(facts.start().metadata().get("IPTABLES_TRACE_LOGGING"));
            fragment.proxy().setSecurityContext(traced ? tracing(facts) : sidecar(facts));
        }
    }

    /** A gateway's proxy is no root and binds port 80 all the same. */
    private static PodSecurityContext gatewayPod(PodFacts facts) {
        var configured = facts.settings().values().object("gateways.securityContext");
        return configured != null
                ? typed("values.gateways.securityContext", configured, PodSecurityContext.class)
                : new PodSecurityContextBuilder()
                        .addNewSysctl()
                        .withName("net.ipv4.ip_unprivileged_port_start")
                        .withValue("0")
                        .endSysctl()
                        .build();
    }

    /** Reads the kernel's log of the rules that packets met. */
    private static SecurityContext tracing(PodFacts facts) {
        return new SecurityContextBuilder()
                .withAllowPrivilegeEscalation(true)
                .withCapabilities(new CapabilitiesBuilder()
                        .withAdd("NET_ADMIN")
                        .withDrop("ALL")
                        .build())
                .withPrivileged(true)
                .withReadOnlyRootFilesystem(true)
                .withRunAsGroup(facts.ids().group())
                .withRunAsNonRoot(false)
                .withRunAsUser(0L)
                .withSeccompProfile(Redirection.seccomp(facts))
                .build();
    }

    private static SecurityContext sidecar(PodFacts facts) {
        boolean privileged = facts.settings().proxy().privileged();
        boolean binds = facts.annotation(
                        "sidecar.istio.io/capNetBindService",
                        facts.settings().proxy().capNetBindService())
                .equals("true");
        boolean root = facts.isTproxy() || binds;
        var capabilities = new CapabilitiesBuilder().withDrop("ALL");
        if (facts.isTproxy()) {
            capabilities.addToAdd("NET_ADMIN");
        }
        if (binds) {
            capabilities.addToAdd("NET_BIND_SERVICE");
        }
        return new SecurityContextBuilder()
                .withAllowPrivilegeEscalation(privileged)
                .withCapabilities(capabilities.build())
                .withPrivileged(privileged)
                .withReadOnlyRootFilesystem(true)
                .withRunAsNonRoot(!root)
                .withRunAsUser(root ? 0 : facts.ids().user())
                .withRunAsGroup(root ? 1337 : facts.ids().group())
                .withSeccompProfile(Redirection.seccomp(facts))
                .build();
    }
}
