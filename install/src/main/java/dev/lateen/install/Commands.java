package dev.lateen.install;

import dev.lateen.install.cluster.InstallCommand;
import dev.lateen.install.cluster.ManifestCommand;
import dev.lateen.install.cluster.PrecheckCommand;
import dev.lateen.install.cluster.TagCommand;
import dev.lateen.install.cluster.UninstallCommand;
import dev.lateen.install.cluster.UpgradeCommand;
import dev.lateen.install.dashboard.DashboardCommand;
import dev.lateen.install.image.ImageCommand;
import dev.lateen.install.tools.KubeInjectCommand;
import dev.lateen.install.tools.ProxyConfigCommand;
import dev.lateen.install.tools.ProxyStatusCommand;
import dev.lateen.install.tools.VersionCommand;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;

/** The commands, in the order in which help lists them. A command is created only when it is asked for, or for help. */
final class Commands {
    // Not DemoCommand::new: linking that would load the class, and a sidecar's class path leaves out what others are
    // made of.
    private static final List<Entry> ALL = List.of(
            new Entry("demo", () -> new DemoCommand()),
            new Entry("run", () -> new RunCommand()),
            new Entry("istiod", () -> new IstiodCommand()),
            new Entry("proxy", () -> new ProxyCommand()),
            new Entry("proxy-init", () -> ProxyInitCommand.spec()),
            new Entry("request", () -> new RequestCommand()),
            new Entry("wait", () -> new WaitCommand()),
            new Entry("token", () -> new TokenCommand()),
            new Entry("validate", () -> new ValidateCommand()),
            new Entry("proxy-status", () -> new ProxyStatusCommand()),
            new Entry("proxy-config", () -> new ProxyConfigCommand()),
            new Entry("dashboard", () -> new DashboardCommand()),
            new Entry("kube-inject", () -> new KubeInjectCommand()),
            new Entry("install", () -> new InstallCommand()),
            new Entry("upgrade", () -> new UpgradeCommand()),
            new Entry("uninstall", () -> new UninstallCommand()),
            new Entry("precheck", () -> new PrecheckCommand()),
            new Entry("tag", () -> new TagCommand()),
            new Entry("manifest", () -> new ManifestCommand()),
            new Entry("image", () -> new ImageCommand()),
            new Entry("version", () -> new VersionCommand()),
            new Entry("help", () -> new HelpCommand()));

    /** istioctl's short names, and what Istio's agent calls its own. */
    private static final Map<String, String> SHORT = Map.ofEntries(
            Map.entry("ps", "proxy-status"),
            Map.entry("pc", "proxy-config"),
            Map.entry("d", "dashboard"),
            Map.entry("dash", "dashboard"),
            Map.entry("istio-iptables", "proxy-init"));

    /** As what a proxy serves in a pod. */
    private static final Set<String> IN_POD = Set.of("sidecar", "router");

    private Commands() {}

    private record Entry(String name, Supplier<Object> command) {}

    /** istioctl has some commands behind a word that says that they may change. */
    private static final Set<String> EXPERIMENTAL = Set.of("x", "experimental");

    /** The words without istioctl's {@code x} before a command. */
    static List<String> plain(List<String> given) {
        return given.size() > 1 && EXPERIMENTAL.contains(given.getFirst()) ? given.subList(1, given.size()) : given;
    }

    /** A command's whole name for its short one; any other word as it is. */
    static String named(String word) {
        return SHORT.getOrDefault(word, word);
    }

    static List<String> names() {
        return ALL.stream().map(Entry::name).toList();
    }

    static boolean isKnown(String name) {
        return ALL.stream().anyMatch(entry -> entry.name().equals(name));
    }

    /** Whether {@code proxy} is asked for as Istio's agent is, in a pod. */
    static boolean isInPod(List<String> given) {
        return given.size() > 1 && given.getFirst().equals("proxy") && IN_POD.contains(given.get(1));
    }

    /** @param given the words of the command line, the command first */
    static void addNeeded(CommandLine line, List<String> given) {
        String asked = named(given.getFirst());
        if (isInPod(given)) {
            line.addSubcommand(asked, new PodProxyCommand());
            return;
        }
        boolean everything = asked.equals("help");
        for (Entry entry : ALL) {
            if (everything || entry.name().equals(asked)) {
                line.addSubcommand(entry.name(), entry.command().get());
            }
        }
    }
}
