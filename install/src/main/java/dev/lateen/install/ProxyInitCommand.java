package dev.lateen.install;

import dev.lateen.api.schema.GoDuration;
import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.pod.AgentBootstrap;
import dev.lateen.install.pod.CaptureStart;
import dev.lateen.install.pod.CaptureValidation;
import dev.lateen.install.pod.ContainerPrograms;
import dev.lateen.install.pod.Netfilter;
import dev.lateen.proxy.capture.CaptureSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/** {@code meshctl proxy-init}, in Istio's pods {@code istio-iptables}: leads a pod's traffic through its proxy. */
@Command(
        name = "proxy-init",
        aliases = "istio-iptables",
        description =
                "Make the rules that lead a pod's traffic through its proxy, as Istio's istio-iptables does, by the"
                        + " same flags. Needs iptables and the capabilities NET_ADMIN and NET_RAW.",
        mixinStandardHelpOptions = true)
final class ProxyInitCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyInitCommand.class);

    /** Istio's exit code, by which its own repair knows such a pod. */
    private static final int NOT_VALID = 126;

    private static final String PROBE_PORT = "iptables-probe-port";
    private static final String PROBE_TIMEOUT = "probe-timeout";
    private static final String VARIANT = "force-iptables-binary";
    private static final Set<String> VARIANTS = Set.of("", "legacy", "nft");

    /** Flags with a value: letter, name, what it is. Empty letters for none. */
    private static final List<List<String>> VALUES = List.of(
            List.of("p", "envoy-port", "The proxy's port for what goes out (15001)."),
            List.of("z", "inbound-capture-port", "The proxy's port for what comes in (15006)."),
            List.of("e", "inbound-tunnel-port", "The port of tunnels, which is left alone (15008)."),
            List.of("u", "proxy-uid", "The proxy's user, whose traffic is left alone (1337)."),
            List.of("g", "proxy-gid", "The proxy's group (as the user)."),
            List.of("m", "istio-inbound-interception-mode", "REDIRECT or TPROXY."),
            List.of("b", "istio-inbound-ports", "Ports that are captured, with commas, or *."),
            List.of("d", "istio-local-exclude-ports", "Ports that are not, with *."),
            List.of("i", "istio-service-cidr", "Ranges that are captured, with commas, or *."),
            List.of("x", "istio-service-exclude-cidr", "Ranges that are not."),
            List.of("q", "istio-outbound-ports", "Ports that are captured whatever the range."),
            List.of("o", "istio-local-outbound-ports-exclude", "Ports that are not."),
            List.of("c", "istio-exclude-interfaces", "Interfaces that are left alone."),
            List.of("k", "kube-virt-interfaces", "Interfaces of virtual machines, whose traffic goes out."),
            List.of("t", "istio-inbound-tproxy-mark", "The mark of TPROXY (1337)."),
            List.of("r", "istio-inbound-tproxy-route-table", "The route table of TPROXY (133)."),
            List.of("", PROBE_PORT, "The port by which --run-validation asks (15002)."),
            List.of("", PROBE_TIMEOUT, "How long --run-validation tries (5s)."),
            List.of("", VARIANT, "legacy or nft (what the container has)."),
            List.of("", "network-namespace", "No effect: it is the container's own."),
            List.of("", "log_output_level", "No effect."),
            List.of("", "log_target", "No effect."));

    /** Flags without. */
    private static final List<List<String>> SWITCHES = List.of(
            List.of("n", "dry-run", "Print the rules and change nothing."),
            List.of("", "redirect-dns", "Lead DNS to port 15053."),
            List.of("", "capture-all-dns", "To whatever server."),
            List.of("", "drop-invalid", "Drop packets out of their connection's window."),
            List.of("", "skip-rule-apply", "Make no rules."),
            List.of("", "run-validation", "See whether rules are in place; run as the proxy's user."),
            List.of("", "cleanup-only", "Take the rules away."),
            List.of("", "dual-stack", "No effect: there are rules for IPv6 where the pod has it."),
            List.of("", "reconcile", "No effect: what is there is always made anew."),
            List.of("", "force-apply", "No effect: what is there is always made anew."),
            List.of("", "cni-mode", "No effect."),
            List.of("", "native-nftables", "Not there: refused."),
            List.of("", "log_as_json", "No effect."));

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** The command with its flags: Istio's, so many that fields would say nothing more. */
    static CommandSpec spec() {
        CommandSpec spec = CommandSpec.forAnnotatedObject(new ProxyInitCommand());
        VALUES.forEach(flag ->
                spec.addOption(option(flag).type(String.class).arity("1").build()));
        SWITCHES.forEach(flag -> spec.addOption(option(flag)
                .type(boolean.class)
                .arity("0..1")
                .fallbackValue("true")
                .build()));
        return spec;
    }

    private static OptionSpec.Builder option(List<String> flag) {
        String name = "--" + flag.get(1);
        OptionSpec.Builder option =
                flag.getFirst().isEmpty() ? OptionSpec.builder(name) : OptionSpec.builder("-" + flag.getFirst(), name);
        return option.description(flag.get(2)).paramLabel("VALUE");
    }

    @Override
    public Integer call() throws InterruptedException {
        CaptureStart.Flags flags = flags();
        CaptureStart start = start(flags);
        Netfilter netfilter = new Netfilter(new ContainerPrograms(), variant(flags));
        if (flags.on().contains("dry-run")) {
            spec.commandLine().getOut().print(netfilter.dryRun(start.settings(), start.families()));
            spec.commandLine().getOut().flush();
            return 0;
        }
        if (flags.on().contains("cleanup-only")) {
            netfilter.cleanup(start.settings(), start.families());
            return 0;
        }
        if (!flags.on().contains("skip-rule-apply")) {
            warnOfDns(start.settings().dns());
            netfilter.apply(start.settings(), start.families());
        }
        return flags.on().contains("run-validation") ? validate(flags, start) : 0;
    }

    private static void warnOfDns(CaptureSettings.Dns dns) {
        if (dns.capture() && !dns.all() && dns.servers().isEmpty()) {
            LOG.warn("DNS is not captured: /etc/resolv.conf names no server");
        }
    }

    private CaptureStart.Flags flags() {
        Map<String, String> values = new TreeMap<>();
        Set<String> on = new HashSet<>();
        for (ArgSpec each : spec.commandLine().getParseResult().matchedArgs()) {
            if (each instanceof OptionSpec option) {
                String name = option.longestName().substring(2);
                if (option.getValue() instanceof String text) {
                    values.put(name, text);
                } else if (Boolean.TRUE.equals(option.getValue())) {
                    on.add(name);
                }
            }
        }
        if (on.contains("native-nftables")) {
            throw wrong("--native-nftables: rules are made by iptables (expected: not given)");
        }
        return new CaptureStart.Flags(values, on);
    }

    private static CaptureStart start(CaptureStart.Flags flags) {
        try {
            return CaptureStart.of(flags, AgentBootstrap.ofProcess(Path.of("/")));
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new CommandFailure(CommandFailure.FAILED, "/etc/resolv.conf: can't be read: " + e.getMessage());
        }
    }

    private static String variant(CaptureStart.Flags flags) {
        String variant = flags.values().getOrDefault(VARIANT, "");
        if (!VARIANTS.contains(variant)) {
            throw wrong("--" + VARIANT + ": " + variant + " (expected: legacy or nft)");
        }
        return variant;
    }

    private static int validate(CaptureStart.Flags flags, CaptureStart start) throws InterruptedException {
        CaptureSettings.Ports ports = start.settings().ports();
        List<Integer> own =
                new ArrayList<>(List.of(Integer.valueOf(ports.outbound()), Integer.valueOf(ports.inbound())));
        int probe = ListenOption.port("--" + PROBE_PORT, flags.values().getOrDefault(PROBE_PORT, "15002"));
        String given = flags.values().getOrDefault(PROBE_TIMEOUT, "5s");
        Duration limit = GoDuration.parse(given)
                .filter(Duration::isPositive)
                .orElseThrow(() -> wrong("--" + PROBE_TIMEOUT + ": " + given + " (expected: a time such as 5s)"));
        try {
            if (new CaptureValidation(own, probe).holds(limit)) {
                LOG.info("the rules are in place");
                return 0;
            }
            LOG.error("the rules are not in place: a call as the proxy's user was not led to it within {}", given);
        } catch (IOException e) {
            LOG.error("whether the rules are in place can't be seen: {}", e.getMessage());
        }
        return NOT_VALID;
    }

    private static CommandFailure wrong(String message) {
        return new CommandFailure(CommandFailure.BAD_INPUT, message);
    }
}
