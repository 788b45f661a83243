package dev.lateen.injector.overlay;

import static dev.lateen.injector.overlay.Fragment.typed;

import dev.lateen.injector.pod.PodFacts;
import dev.lateen.injector.settings.SidecarSettings;
import dev.lateen.injector.tree.ContainerTrees;
import io.fabric8.kubernetes.api.model.CapabilitiesBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.SeccompProfile;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The init container that redirects traffic to the proxy, or that checks it where a CNI plugin has done so; none in the mode NONE. */
final class Redirection implements Overlay {
    /** The proxy's own ports, which nothing redirects. */
    private static final String OWN_PORTS = "15090,15021";

    @Override
    public void add(Fragment fragment, PodFacts facts) {
        if (facts.interceptionMode().equals("NONE")) {
            return;
        }
        boolean checks = facts.settings().node().cni();
        Container container = new ContainerBuilder()
                .withName(checks ? ContainerTrees.VALIDATION : ContainerTrees.REDIRECTION)
                .withImage(Images.init(facts))
                .withArgs(arguments(facts))
                .withImagePullPolicy(ProxyContainer.pullPolicy(facts))
                .withEnv(new Variables().values(facts.start().metadata()).list())
                .withResources(Resources.of(facts))
                .withSecurityContext(security(facts, checks))
                .build();
        fragment.addInit(container);
    }

    private static List<String> arguments(PodFacts facts) {
        var capturing = new Capturing(facts);
        String excluded = capturing.excludedInboundPorts();
        List<String> arguments = new ArrayList<>(List.of(
                "istio-iptables",
                "-p",
                String.valueOf(facts.mesh().proxyListenPort()),
                "-z",
                String.valueOf(facts.mesh().proxyInboundListenPort()),
                "-u",
                String.valueOf(facts.isTproxy() ? 1337 : facts.ids().user()),
                "-m",
                facts.interceptionMode(),
                "-i",
                capturing.includedRanges(),
                "-x",
                capturing.excludedRanges(),
                "-b",
                capturing.includedInboundPorts(),
                "-d",
                excluded.isEmpty() ? OWN_PORTS : OWN_PORTS + "," + excluded));
        addSelections(arguments, capturing);
        addModes(arguments, facts);
        return arguments;
    }

    private static void addSelections(List<String> arguments, Capturing capturing) {
        if (capturing.saysIncludedOutboundPorts()) {
            arguments.addAll(List.of("-q", capturing.includedOutboundPorts()));
        }
        if (capturing.saysExcludedOutboundPorts()) {
            arguments.addAll(List.of("-o", capturing.excludedOutboundPorts()));
        }
        for (String name : List.of(Capturing.REROUTED, Capturing.KUBEVIRT)) {
            if (capturing.says(name)) {
                arguments.addAll(List.of("-k", capturing.facts().annotation(name, "")));
                break;
            }
        }
        if (capturing.says(Capturing.EXCLUDE_INTERFACES)) {
            arguments.addAll(List.of("-c", capturing.facts().annotation(Capturing.EXCLUDE_INTERFACES, "")));
        }
    }

    private static void addModes(List<String> arguments, PodFacts facts) {
        SidecarSettings settings = facts.settings();
        arguments.add("--log_output_level=" + ProxyContainer.agentLogLevel(facts));
        if (settings.proxy().logs().asJson()) {
            arguments.add("--log_as_json");
        }
        if (settings.node().cni()) {
            arguments.addAll(List.of("--run-validation", "--skip-rule-apply"));
        } else if (settings.capture().forceApplyIptables()) {
            arguments.add("--force-apply");
        }
        if (settings.capture().nativeNftables()) {
            arguments.add("--native-nftables");
        }
    }

    private static SecurityContext security(PodFacts facts, boolean checks) {
        boolean privileged = facts.settings().proxy().privileged();
        boolean usual = facts.isTproxy();
        var capabilities = new CapabilitiesBuilder().withDrop("ALL");
        if (!checks) {
            capabilities.withAdd("NET_ADMIN", "NET_RAW");
        }
        return new SecurityContextBuilder()
                .withAllowPrivilegeEscalation(privileged)
                .withPrivileged(privileged)
                .withCapabilities(capabilities.build())
                .withReadOnlyRootFilesystem(checks)
                .withRunAsNonRoot(checks)
                .withRunAsUser(!checks ? 0 : usual ? 1337 : facts.ids().user())
                .withRunAsGroup(!checks ? 0 : usual ? 1337 : facts.ids().group())
                .withSeccompProfile(seccomp(facts))
                .build();
    }

    static @Nullable SeccompProfile seccomp(PodFacts facts) {
        var profile = facts.settings().proxy().seccompProfile();
        return profile == null ? null : typed("values.global.proxy.seccompProfile", profile, SeccompProfile.class);
    }
}
