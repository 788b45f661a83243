package dev.lateen.install.cluster;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.failure.IoReason;
import dev.lateen.install.manifest.InstallManifest;
import dev.lateen.install.manifest.InstallValues;
import dev.lateen.install.manifest.InstallValues.ValuesFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is to be installed, by istioctl's names. */
final class ValuesOptions {
    @Option(
            names = {"-f", "--filename"},
            paramLabel = "FILE",
            description = "An IstioOperator, or Helm values of Istio's charts; may be repeated, the later wins.")
    private List<Path> files = new ArrayList<>();

    @Option(
            names = {"-s", "--set"},
            paramLabel = "PATH=VALUE",
            description = "One value over all files, such as profile=demo, values.global.hub=registry.local,"
                    + " meshConfig.accessLogFile=/dev/stdout or components.ingressGateways[0].enabled=false.")
    private List<String> assignments = new ArrayList<>();

    @Option(
            names = {"-r", "--revision"},
            paramLabel = "REV",
            description = "The control plane's revision; others stay beside it.")
    private @Nullable String revision;

    @Option(
            names = {"-i", "--istioNamespace"},
            paramLabel = "NS",
            description = "The control plane's namespace (default: istio-system).")
    private @Nullable String namespace;

    /** All of it together, by the profile default if none is named. */
    InstallManifest manifest() {
        return manifest("");
    }

    /**
     * All of it together.
     *
     * @param profile the profile if none is named
     * @throws CommandFailure if anything is wrong: where, what was found, and what is accepted
     */
    InstallManifest manifest(String profile) {
        List<ValuesFile> read = files.stream().map(ValuesOptions::read).toList();
        List<String> all = new ArrayList<>(assignments);
        boolean named = assignments.stream().anyMatch(assignment -> assignment.startsWith("profile="));
        if (revision != null) {
            all.add("revision=" + revision);
        }
        if (namespace != null) {
            all.add("namespace=" + namespace);
        }
        try {
            return InstallManifest.of(InstallValues.of(named || !files.isEmpty() ? "" : profile, read, all));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, String.valueOf(e.getMessage()));
        }
    }

    private static ValuesFile read(Path file) {
        try {
            return new ValuesFile(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, file + ": can't be read: " + IoReason.of(e));
        }
    }
}
