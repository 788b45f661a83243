package dev.lateen.install.cluster;

import dev.lateen.install.cluster.Precheck.Finding;
import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.manifest.InstallManifest;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code meshctl precheck}: whether a cluster can take an installation, changing nothing. */
@Command(
        name = "precheck",
        description =
                "Say what would stand in the way of an installation: exit code 0 if nothing does, 1 if something.",
        mixinStandardHelpOptions = true)
public final class PrecheckCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ApiServerOptions cluster = new ApiServerOptions();

    @Mixin
    private ValuesOptions values = new ValuesOptions();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "log|json",
            defaultValue = "log",
            description = "How (default: ${DEFAULT-VALUE}).")
    private String output = "";

    @Override
    public Integer call() {
        if (!output.equals("log") && !output.equals("json")) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, "--output: " + output + " (expected: log or json)");
        }
        InstallManifest manifest = values.manifest();
        List<Finding> findings = new ArrayList<>();
        try (KubernetesClient client = cluster.connect()) {
            findings.addAll(new Precheck(client).findings(manifest));
        }
        PrintWriter out = spec.commandLine().getOut();
        if (output.equals("json")) {
            out.println(new KubernetesSerialization()
                    .asJson(findings.stream().map(PrecheckCommand::tree).toList()));
        } else if (findings.isEmpty()) {
            out.println("nothing stands in the way: revision " + manifest.revision() + " can be installed in "
                    + manifest.namespace());
        } else {
            findings.forEach(finding ->
                    out.println(finding.level().label() + " [" + finding.check() + "] " + finding.message()));
        }
        return findings.isEmpty() ? 0 : CommandFailure.FAILED;
    }

    private static Map<String, String> tree(Finding finding) {
        Map<String, String> tree = new LinkedHashMap<>();
        tree.put("level", finding.level().label());
        tree.put("check", finding.check());
        tree.put("message", finding.message());
        return tree;
    }
}
