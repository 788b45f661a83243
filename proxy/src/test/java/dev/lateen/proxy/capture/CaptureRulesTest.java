package dev.lateen.proxy.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which rules follow from which settings. */
class CaptureRulesTest {
    private CaptureSettings.Owners owners =
            new CaptureSettings.Owners(List.of("1337"), List.of("1337"), List.of(), List.of());
    private CaptureSettings.@Nullable Tproxy tproxy;
    private CaptureSettings.Inbound inbound = new CaptureSettings.Inbound(true, List.of(), List.of("15090", "15021"));
    private CaptureSettings.Outbound outbound =
            new CaptureSettings.Outbound(AddressRanges.parse("*"), AddressRanges.NONE, List.of(), List.of());
    private CaptureSettings.Interfaces interfaces = new CaptureSettings.Interfaces(List.of(), List.of());
    private CaptureSettings.Dns dns = new CaptureSettings.Dns(false, false, List.of());

    private CaptureSettings settings() {
        return new CaptureSettings(
                new CaptureSettings.Ports("15001", "15006", "15008"),
                owners,
                tproxy,
                inbound,
                outbound,
                interfaces,
                dns,
                false,
                "127.0.0.1/32");
    }

    private String rules(IpFamily family) {
        return CaptureRules.of(settings(), family).restore(SavedRules.NONE);
    }

    @Test
    void aUsualPodsTrafficGoesThroughTheProxyInAndOut() {
        assertThat(rules(IpFamily.V4)).isEqualTo("""
            *nat
            :ISTIO_INBOUND - [0:0]
            :ISTIO_REDIRECT - [0:0]
            :ISTIO_IN_REDIRECT - [0:0]
            :ISTIO_OUTPUT - [0:0]
            -A ISTIO_INBOUND -p tcp --dport 15008 -j RETURN
            -A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001
            -A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006
            -A PREROUTING -p tcp -j ISTIO_INBOUND
            -A ISTIO_INBOUND -p tcp --dport 15090 -j RETURN
            -A ISTIO_INBOUND -p tcp --dport 15021 -j RETURN
            -A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT
            -A OUTPUT -j ISTIO_OUTPUT
            -A ISTIO_OUTPUT -o lo -s 127.0.0.6/32 -j RETURN
            -A ISTIO_OUTPUT -o lo ! -d 127.0.0.1/32 -p tcp ! --dport 15008 -m owner --uid-owner 1337 -j ISTIO_IN_REDIRECT
            -A ISTIO_OUTPUT -o lo -m owner ! --uid-owner 1337 -j RETURN
            -A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN
            -A ISTIO_OUTPUT -o lo ! -d 127.0.0.1/32 -p tcp ! --dport 15008 -m owner --gid-owner 1337 -j ISTIO_IN_REDIRECT
            -A ISTIO_OUTPUT -o lo -m owner ! --gid-owner 1337 -j RETURN
            -A ISTIO_OUTPUT -m owner --gid-owner 1337 -j RETURN
            -A ISTIO_OUTPUT -d 127.0.0.1/32 -j RETURN
            -A ISTIO_OUTPUT -j ISTIO_REDIRECT
            COMMIT
            """);
    }

    @Test
    void theProxysOwnTrafficIsLeftAloneBeforeAnythingIsLedToIt() {
        for (IpFamily family : IpFamily.values()) {
            String rules = rules(family);
            assertThat(rules.indexOf("-m owner --uid-owner 1337 -j RETURN"))
                    .isPositive()
                    .isLessThan(rules.indexOf("-A ISTIO_OUTPUT -j ISTIO_REDIRECT"));
        }
    }

    @Test
    void portsRangesAndGroupsAreIncludedAndExcluded() {
        inbound = new CaptureSettings.Inbound(false, List.of("80"), List.of());
        owners = new CaptureSettings.Owners(List.of("1", "2"), List.of("3"), List.of("java", "202"), List.of());
        outbound = new CaptureSettings.Outbound(
                AddressRanges.parse("10.0.0.0/8,2001:db8::/32"),
                AddressRanges.parse("10.1.0.0/16"),
                List.of("443"),
                List.of("25"));
        assertThat(rules(IpFamily.V4))
                .containsSubsequence(
                        "-A ISTIO_INBOUND -p tcp --dport 80 -j ISTIO_IN_REDIRECT\n",
                        "-A ISTIO_OUTPUT -p tcp --dport 25 -j RETURN\n-A ISTIO_OUTPUT -p udp --dport 25 -j RETURN\n",
                        "--uid-owner 1 -j RETURN\n",
                        "--uid-owner 2 -j RETURN\n",
                        "--gid-owner 3 -j RETURN\n",
                        "-A ISTIO_OUTPUT -m owner ! --gid-owner java -m owner ! --gid-owner 202 -j RETURN\n",
                        "-A ISTIO_OUTPUT -d 10.1.0.0/16 -j RETURN\n",
                        "-A ISTIO_OUTPUT -p tcp --dport 443 -j ISTIO_REDIRECT\n",
                        "-A ISTIO_OUTPUT -d 10.0.0.0/8 -j ISTIO_REDIRECT\n")
                .doesNotContain("2001:db8", "-A ISTIO_OUTPUT -j ISTIO_REDIRECT");
        assertThat(rules(IpFamily.V6))
                .contains("-A ISTIO_OUTPUT -d 2001:db8::/32 -j ISTIO_REDIRECT", "-s ::6/128", "! -d ::1/128")
                .doesNotContain("10.0.0.0");
        inbound = new CaptureSettings.Inbound(false, List.of(), List.of());
        assertThat(rules(IpFamily.V4)).doesNotContain("PREROUTING");
    }

    @Test
    void withTproxyWhatComesInIsMarkedAndKeepsItsAddresses() {
        tproxy = new CaptureSettings.Tproxy("1337", "133");
        interfaces = new CaptureSettings.Interfaces(List.of("net1"), List.of("tap0"));
        assertThat(rules(IpFamily.V4))
                .startsWith("*mangle\n")
                .contains(
                        "-A ISTIO_TPROXY ! -d 127.0.0.1/32 -p tcp -j TPROXY --tproxy-mark 1337/0xffffffff --on-port"
                                + " 15006\n",
                        "-A PREROUTING -i net1 -j RETURN\n",
                        "-I ISTIO_INBOUND 1 -p tcp -m mark --mark 1337 -j RETURN\n",
                        "-I PREROUTING 1 -i tap0 -j RETURN\n")
                .doesNotContain("-A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT");
    }

    @Test
    void dnsGoesToTheProxyInZonesOfItsOwn() {
        dns = new CaptureSettings.Dns(true, false, List.of("10.96.0.10", "fd00::10"));
        assertThat(rules(IpFamily.V4))
                .contains(
                        "-A ISTIO_OUTPUT_DNS -p udp --dport 53 -d 10.96.0.10/32 -j REDIRECT --to-port 15053\n",
                        "-A ISTIO_OUTPUT_DNS -p tcp --dport 53 -d 10.96.0.10/32 -j REDIRECT --to-ports 15053\n",
                        "-m multiport ! --dports 53,15008",
                        "*raw\n",
                        "-A ISTIO_OUTPUT_DNS -p udp --dport 53 -m owner --uid-owner 1337 -j CT --zone 1\n")
                .doesNotContain("fd00");
        dns = new CaptureSettings.Dns(true, true, List.of());
        assertThat(rules(IpFamily.V6)).contains("-A ISTIO_OUTPUT_DNS -p udp --dport 53 -j REDIRECT --to-port 15053\n");
        dns = new CaptureSettings.Dns(true, false, List.of());
        assertThat(rules(IpFamily.V4)).doesNotContain("15053", "--dports 53");
    }

    @Test
    void aSecondTimeEmptiesOurChainsAndTakesAwayWhatStandsInTheKernels() {
        SavedRules saved = SavedRules.parse("""
            *nat
            :OUTPUT ACCEPT [0:0]
            :ISTIO_INBOUND - [0:0]
            :ISTIO_OUTPUT - [0:0]
            -A PREROUTING -p tcp -j ISTIO_INBOUND
            -A OUTPUT -j ISTIO_OUTPUT
            -A ISTIO_OUTPUT -o lo -j RETURN
            COMMIT
            """);
        assertThat(CaptureRules.of(settings(), IpFamily.V4).restore(saved))
                .containsSubsequence(
                        ":ISTIO_OUTPUT - [0:0]\n",
                        "-D PREROUTING -p tcp -j ISTIO_INBOUND\n-D OUTPUT -j ISTIO_OUTPUT\n",
                        "-A PREROUTING -p tcp -j ISTIO_INBOUND\n")
                .doesNotContain("-X ");
        assertThat(RuleSet.cleanup(saved)).isEqualTo("""
            *nat
            :ISTIO_INBOUND - [0:0]
            :ISTIO_OUTPUT - [0:0]
            -D PREROUTING -p tcp -j ISTIO_INBOUND
            -D OUTPUT -j ISTIO_OUTPUT
            -X ISTIO_INBOUND
            -X ISTIO_OUTPUT
            COMMIT
            """);
        assertThat(RuleSet.cleanup(SavedRules.NONE)).isEmpty();
    }

    @Test
    void whatOtherFlagsMadeGoesAndOthersRulesStay() {
        SavedRules saved = SavedRules.parse("""
            # comment
            *mangle
            :PREROUTING ACCEPT [0:0]
            :ISTIO_TPROXY - [0:0]
            -A PREROUTING -i eth9 -j RETURN
            -A PREROUTING -p tcp -j ISTIO_INBOUND
            -A PREROUTING -p tcp -m mark --mark 0x539 -j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff
            -A OUTPUT -o lo -p tcp -m mark --mark 0x539 -j RETURN
            -A OUTPUT ! -d 127.0.0.1/32 -o lo -p tcp -m owner --gid-owner 1337 -j MARK --set-xmark 0x53a/0xffffffff
            -A OUTPUT -p tcp -m connmark --mark 0x539 -j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff
            -A OUTPUT -p udp -j MARK --set-xmark 0x1/0xffffffff
            COMMIT
            *nat
            :ISTIO_OUTPUT - [0:0]
            -A OUTPUT -o eth9 -j RETURN
            -A OUTPUT -d 10.1.1.1/32 -j RETURN
            -A OUTPUT -p tcp -j MESH_OUTPUT
            COMMIT
            *filter
            -A OUTPUT -o eth9 -j RETURN
            COMMIT
            """);
        assertThat(saved.haveTproxy()).isTrue();
        String text = CaptureRules.of(settings(), IpFamily.V4).restore(saved);
        assertThat(text).startsWith("""
            *mangle
            :ISTIO_TPROXY - [0:0]
            -D PREROUTING -i eth9 -j RETURN
            -D PREROUTING -p tcp -j ISTIO_INBOUND
            -D PREROUTING -p tcp -m mark --mark 0x539 -j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff
            -D OUTPUT -o lo -p tcp -m mark --mark 0x539 -j RETURN
            -D OUTPUT ! -d 127.0.0.1/32 -o lo -p tcp -m owner --gid-owner 1337 -j MARK --set-xmark 0x53a/0xffffffff
            -D OUTPUT -p tcp -m connmark --mark 0x539 -j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff
            -X ISTIO_TPROXY
            COMMIT
            *nat
            """);
        assertThat(text)
                .contains("-D OUTPUT -o eth9 -j RETURN\n")
                .doesNotContain("*filter", "10.1.1.1", "MESH_OUTPUT", "-p udp -j MARK");
    }

    @Test
    void whatIsNoRangeIsRefused() {
        assertThat(AddressRanges.parse("").ranges()).isEmpty();
        assertThat(AddressRanges.parse("*").all()).isTrue();
        assertThat(AddressRanges.parse("127.1.2.3/32").haveLoopback()).isTrue();
        for (String wrong : new String[] {
            "10.0.0.0", "10.0.0.0/33", "a/8", "10.0.0.0/8 -j ACCEPT", "::/129", "10.0.0.0/", "*,10.0.0.0/8"
        }) {
            assertThatThrownBy(() -> AddressRanges.parse(wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
