package dev.lateen.install.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.proxy.capture.IpFamily;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What {@code meshctl proxy-init} makes of flags and container, and what it runs. */
class NetfilterTest {
    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, String> values =
            new HashMap<>(Map.of("istio-service-cidr", "*", "istio-inbound-ports", "*"));
    private final Map<String, List<String>> interfaces = new HashMap<>(Map.of("eth0", List.of("10.0.0.1")));
    private Set<String> on = Set.of();
    private @Nullable String resolv;

    private final List<String> run = new ArrayList<>();
    private String saved = "";
    private Programs.Outcome restored = new Programs.Outcome(0, "");

    private CaptureStart start() throws IOException {
        PodFiles files = path -> path.equals("/etc/resolv.conf") ? resolv : null;
        return CaptureStart.of(new CaptureStart.Flags(values, on), new AgentBootstrap(environment, files, interfaces));
    }

    private Netfilter netfilter() {
        return new Netfilter(
                (command, input) -> {
                    run.add(String.join(" ", command));
                    if (command.getFirst().endsWith("-save")) {
                        return new Programs.Outcome(0, saved);
                    }
                    return command.getFirst().endsWith("-restore") ? restored : new Programs.Outcome(0, "");
                },
                "");
    }

    private void apply() throws Exception {
        CaptureStart start = start();
        netfilter().apply(start.settings(), start.families());
    }

    @Test
    void aNewPodsRulesAreMadeByOneCallForEachFamilyThatItHas() throws Exception {
        apply();
        assertThat(run).containsExactly("iptables-save", "iptables-restore --noflush --wait=5");
        run.clear();
        interfaces.put("eth0", List.of("10.0.0.1", "fd00::1"));
        apply();
        assertThat(run)
                .containsExactly(
                        "iptables-save",
                        "iptables-restore --noflush --wait=5",
                        "ip6tables-save",
                        "ip6tables-restore --noflush --wait=5");
    }

    @Test
    void whenTproxyIsGivenUpItsRoutesGoToo() throws Exception {
        saved = "*mangle\n:ISTIO_TPROXY - [0:0]\n";
        apply();
        assertThat(run)
                .endsWith(
                        "ip -f inet rule del fwmark 1337 lookup 133",
                        "ip -f inet route del local default dev lo table 133");
        run.clear();
        netfilter().cleanup(start().settings(), List.of(IpFamily.V4));
        assertThat(run)
                .containsExactly(
                        "iptables-save",
                        "iptables-restore --noflush --wait=5",
                        "ip -f inet rule del fwmark 1337 lookup 133",
                        "ip -f inet route del local default dev lo table 133");
    }

    @Test
    void tproxyNeedsRoutesToo() throws Exception {
        values.put("istio-inbound-interception-mode", "TPROXY");
        apply();
        assertThat(run)
                .endsWith(
                        "ip -f inet rule add fwmark 1337 lookup 133",
                        "ip -f inet route add local default dev lo table 133");
    }

    @Test
    void whatIsMissingIsSaidClearly() {
        Netfilter without = new Netfilter(
                (command, _) -> {
                    throw new IOException("No such file or directory");
                },
                "legacy");
        assertThatThrownBy(() -> without.apply(start().settings(), List.of(IpFamily.V4)))
                .isInstanceOf(CommandFailure.class)
                .hasMessage("iptables-legacy-save can't be run: No such file or directory (expected: on the PATH of the"
                        + " image)");
        restored = new Programs.Outcome(4, "iptables-restore: Permission denied (you must be root)");
        assertThatThrownBy(this::apply)
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("iptables-restore ended with 4: ")
                .hasMessageEndingWith("(expected: user 0 with the capabilities NET_ADMIN and NET_RAW)");
    }

    @Test
    void flagsAndVariablesMakeTheSettings() throws IOException {
        values.putAll(Map.of(
                "proxy-uid", "1,2", "istio-local-exclude-ports", "15090,15021,", "kube-virt-interfaces", "tap0"));
        environment.put("ISTIO_META_DNS_CAPTURE", "true");
        environment.put("ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE", "ftp");
        resolv = "# x\nnameserver 10.96.0.10\nnameserver\tfe80::1%eth0\nsearch a\n";
        var settings = start().settings();
        assertThat(settings.owners().uids()).containsExactly("1", "2");
        assertThat(settings.owners().gids()).containsExactly("1", "2");
        assertThat(settings.owners().otherGroups()).containsExactly("ftp");
        assertThat(settings.inbound().excluded()).containsExactly("15090", "15021");
        assertThat(settings.dns().servers()).containsExactly("10.96.0.10", "fe80::1");
        assertThat(settings.tproxy()).isNull();
    }

    @Test
    void aWrongValueIsRefusedByItsFlag() {
        refused("istio-inbound-ports", "80,http", "--istio-inbound-ports: http (expected: a number from 1 to 65535)");
        refused("istio-service-cidr", "10.0.0.0", "--istio-service-cidr: 10.0.0.0 (expected: a range");
        refused("istio-service-exclude-cidr", "*", "--istio-service-exclude-cidr: *");
        refused(
                "istio-inbound-interception-mode",
                "NONE",
                "--istio-inbound-interception-mode: NONE (expected: REDIRECT or TPROXY)");
        refused("proxy-uid", "root", "--proxy-uid: root");
        refused("istio-exclude-interfaces", "eth0 -j ACCEPT", "--istio-exclude-interfaces: eth0 -j ACCEPT");
        refused("kube-virt-interfaces", "-x", "--kube-virt-interfaces: -x");
        environment.put("ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR", "10.0.0.0/8");
        refused("proxy-uid", "1", "ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR: 10.0.0.0/8");
    }

    private void refused(String flag, String value, String says) {
        String before = values.put(flag, value);
        assertThatThrownBy(this::start)
                .as(flag)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(says);
        if (before == null) {
            values.remove(flag);
        } else {
            values.put(flag, before);
        }
    }
}
