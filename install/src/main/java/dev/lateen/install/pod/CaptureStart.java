package dev.lateen.install.pod;

import dev.lateen.proxy.capture.AddressRanges;
import dev.lateen.proxy.capture.CaptureSettings;
import dev.lateen.proxy.capture.IpFamily;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code istio-iptables} makes of its flags and its container: settings of interception. Pure but for the files it is given.
 *
 * @param settings of interception
 * @param families for which there are rules: IPv4 always, IPv6 if the pod has such an address
 */
public record CaptureStart(CaptureSettings settings, List<IpFamily> families) {
    private static final String USUAL_USER = "1337";
    private static final String ALL = "*";

    /** Istio's mark and table. */
    static final CaptureSettings.Tproxy TPROXY = new CaptureSettings.Tproxy(USUAL_USER, "133");

    private static final int MOST_GROUPS = 64;

    /** Copies the list. */
    public CaptureStart {
        families = List.copyOf(families);
    }

    /** The flags that have values, by their long names; those that were not given are absent. @param on flags without value that were given */
    public record Flags(Map<String, String> values, Set<String> on) {
        String text(String name, String otherwise) {
            return values.getOrDefault(name, otherwise);
        }
    }

    /**
     * Settings.
     *
     * @throws IllegalArgumentException for a wrong value: flag or variable, what was found and what is accepted
     */
    public static CaptureStart of(Flags flags, AgentBootstrap around) throws IOException {
        return new Reading(flags, around).start();
    }

    private record Reading(Flags flags, AgentBootstrap around) {
        CaptureStart start() throws IOException {
            String loopback = variable("ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR", "127.0.0.1/32");
            AddressRanges ofLoopback = ranges("ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR", loopback);
            if (!ofLoopback.haveLoopbackOnly()) {
                throw wrong("ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR", loopback, "a range within 127.0.0.0/8");
            }
            CaptureSettings settings = new CaptureSettings(
                    new CaptureSettings.Ports(
                            port("envoy-port", "15001"),
                            port("inbound-capture-port", "15006"),
                            port("inbound-tunnel-port", "15008")),
                    owners(),
                    tproxy(),
                    inbound(),
                    outbound(),
                    new CaptureSettings.Interfaces(names("istio-exclude-interfaces"), names("kube-virt-interfaces")),
                    dns(),
                    isOn("drop-invalid", "INVALID_DROP"),
                    loopback);
            return new CaptureStart(settings, families());
        }

        private List<IpFamily> families() {
            Set<IpFamily> families = EnumSet.of(IpFamily.V4);
            around.interfaces()
                    .values()
                    .forEach(addresses -> addresses.forEach(each -> families.add(IpFamily.of(each))));
            return List.copyOf(families);
        }

        private CaptureSettings.Owners owners() {
            List<String> uids = numbers("proxy-uid", flags.text("proxy-uid", USUAL_USER));
            String gids = flags.text("proxy-gid", "");
            String groups = variable("ISTIO_OUTBOUND_OWNER_GROUPS", ALL);
            List<String> only = groups.equals(ALL) ? List.of() : words("ISTIO_OUTBOUND_OWNER_GROUPS", groups);
            if (only.size() > MOST_GROUPS) {
                throw wrong("ISTIO_OUTBOUND_OWNER_GROUPS", only.size() + " groups", "at most " + MOST_GROUPS);
            }
            return new CaptureSettings.Owners(
                    uids,
                    gids.isEmpty() ? uids : numbers("proxy-gid", gids),
                    only,
                    words("ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE", variable("ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE", "")));
        }

        private CaptureSettings.@Nullable Tproxy tproxy() {
            String mode = flags.text("istio-inbound-interception-mode", "REDIRECT");
            return switch (mode) {
                case "REDIRECT", "" -> null;
                case "TPROXY" ->
                    new CaptureSettings.Tproxy(
                            number("istio-inbound-tproxy-mark", flags.text("istio-inbound-tproxy-mark", TPROXY.mark())),
                            number(
                                    "istio-inbound-tproxy-route-table",
                                    flags.text("istio-inbound-tproxy-route-table", TPROXY.table())));
                default -> throw wrong("--istio-inbound-interception-mode", mode, "REDIRECT or TPROXY");
            };
        }

        private CaptureSettings.Inbound inbound() {
            String ports = flags.text("istio-inbound-ports", "");
            boolean all = ports.equals(ALL);
            return new CaptureSettings.Inbound(
                    all, all ? List.of() : ports("istio-inbound-ports"), ports("istio-local-exclude-ports"));
        }

        private CaptureSettings.Outbound outbound() {
            AddressRanges excluded =
                    ranges("--istio-service-exclude-cidr", flags.text("istio-service-exclude-cidr", ""));
            if (excluded.all()) {
                throw wrong("--istio-service-exclude-cidr", ALL, "ranges");
            }
            return new CaptureSettings.Outbound(
                    ranges("--istio-service-cidr", flags.text("istio-service-cidr", "")),
                    excluded,
                    ports("istio-outbound-ports"),
                    ports("istio-local-outbound-ports-exclude"));
        }

        private CaptureSettings.Dns dns() throws IOException {
            boolean capture = isOn("redirect-dns", "ISTIO_META_DNS_CAPTURE");
            boolean all = isOn("capture-all-dns", "CAPTURE_ALL_DNS");
            return new CaptureSettings.Dns(
                    capture,
                    all,
                    capture && !all ? ResolvConf.of(around.files()).addresses() : List.of());
        }

        private boolean isOn(String flag, String variable) {
            return flags.on().contains(flag) || new PodVariables(around.environment(), Map.of()).flag(variable, false);
        }

        private String variable(String name, String otherwise) {
            String value = around.environment().getOrDefault(name, "");
            return value.isEmpty() ? otherwise : value;
        }

        private static AddressRanges ranges(String name, String text) {
            try {
                return AddressRanges.parse(text);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
            }
        }

        private List<String> ports(String flag) {
            return split(flags.text(flag, ""))
                    .map(port -> port("--" + flag, port, 1, 65_535))
                    .toList();
        }

        private String port(String flag, String otherwise) {
            return port("--" + flag, flags.text(flag, otherwise), 1, 65_535);
        }

        private static List<String> numbers(String flag, String text) {
            return split(text).map(number -> number(flag, number)).toList();
        }

        private static String number(String flag, String text) {
            return port("--" + flag, text, 0, Integer.MAX_VALUE);
        }

        private static String port(String name, String text, int least, int most) {
            try {
                int number = Integer.parseInt(text);
                if (number >= least && number <= most) {
                    return Integer.toString(number);
                }
            } catch (NumberFormatException e) {
                // Told below.
            }
            throw wrong(name, text, "a number from " + least + " to " + most);
        }

        private List<String> names(String flag) {
            return words("--" + flag, flags.text(flag, ""));
        }

        /** Names of interfaces and groups become words of a rule: nothing may stand in them that would begin another. */
        private static List<String> words(String name, String text) {
            return split(text)
                    .peek(word -> {
                        if (!word.chars().allMatch(c -> Character.isLetterOrDigit(c) || "_-.+@:".indexOf(c) >= 0)
                                || word.startsWith("-")) {
                            throw wrong(name, word, "letters, digits and _-.+@:");
                        }
                    })
                    .toList();
        }

        private static Stream<String> split(String text) {
            return Stream.of(text.split(",")).map(String::strip).filter(word -> !word.isEmpty());
        }

        private static IllegalArgumentException wrong(String name, String found, String expected) {
            return new IllegalArgumentException(name + ": " + found + " (expected: " + expected + ")");
        }
    }
}
