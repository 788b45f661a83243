package dev.lateen.install.cluster;

import dev.lateen.install.cluster.RevisionTags.Row;
import dev.lateen.install.command.CommandGroup;
import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.manifest.InstallManifest;
import dev.lateen.install.manifest.RevisionTag;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code meshctl tag}: names that stand for revisions, so that namespaces move from one to another without new labels. Words and options are istioctl's. */
@Command(
        name = "tag",
        description =
                "Names that stand for revisions: namespaces are labelled istio.io/rev=TAG, and move with the tag.",
        mixinStandardHelpOptions = true,
        subcommands = {TagCommand.Set.class, TagCommand.Generate.class, TagCommand.Table.class, TagCommand.Remove.class
        })
public final class TagCommand extends CommandGroup {
    /** What all of them have in common: which cluster, and where they say what became of it. */
    private static final class Place {
        @Spec(Spec.Target.MIXEE)
        private CommandSpec command;

        @Mixin
        private ApiServerOptions cluster = new ApiServerOptions();

        PrintWriter out() {
            return command.commandLine().getOut();
        }
    }

    /** What {@code set} and {@code generate} have in common. */
    private static final class Options {
        @Parameters(paramLabel = "TAG", description = "The name; default takes what names no revision.")
        private String tag = "";

        @Option(
                names = {"-r", "--revision"},
                paramLabel = "REV",
                required = true,
                description = "The revision that it stands for.")
        private String revision = "";

        @Option(names = "--overwrite", description = "Change what it stands for, if it is there already.")
        private boolean overwrite;

        @Option(
                names = "--webhook-name",
                paramLabel = "NAME",
                description = "Of the MutatingWebhookConfiguration (default: istio-revision-tag-TAG).")
        private @Nullable String webhookName;

        @Option(
                names = "--auto-inject-namespaces",
                description = "Take namespaces without any label, too; for the tag default.")
        private boolean everywhere;

        RevisionTag tag() {
            try {
                return new RevisionTag(tag, revision, webhookName, everywhere);
            } catch (IllegalArgumentException e) {
                throw new CommandFailure(CommandFailure.BAD_INPUT, String.valueOf(e.getMessage()));
            }
        }
    }

    @Command(name = "set", description = "Make a tag, or change it with --overwrite.", mixinStandardHelpOptions = true)
    static final class Set implements Callable<Integer> {
        @Mixin
        private Place place = new Place();

        @Mixin
        private Options options = new Options();

        @SuppressWarnings("UnusedVariable") // What is typed for istioctl must not be refused here.
        @Option(
                names = {"-y", "--skip-confirmation"},
                description = "Taken for istioctl's sake: nothing is asked.")
        private boolean confirmed;

        @Override
        public Integer call() {
            RevisionTag tag = options.tag();
            try (KubernetesClient client = place.cluster.connect()) {
                new RevisionTags(client).set(tag, options.overwrite);
            }
            place.out()
                    .println("tag " + tag.name() + " stands for revision " + tag.revision()
                            + "; pods that are made anew in namespaces with "
                            + (tag.isDefault() ? "istio-injection=enabled" : "istio.io/rev=" + tag.name())
                            + " get its sidecars: kubectl rollout restart deployment -n NAMESPACE");
            return 0;
        }
    }

    @Command(name = "generate", description = "Print what set would apply.", mixinStandardHelpOptions = true)
    static final class Generate implements Callable<Integer> {
        @Mixin
        private Place place = new Place();

        @Mixin
        private Options options = new Options();

        @Override
        public Integer call() {
            RevisionTag tag = options.tag();
            try (KubernetesClient client = place.cluster.connect()) {
                List<HasMetadata> objects = new RevisionTags(client).plan(tag);
                place.out().print(InstallManifest.yaml(objects));
                place.out().flush();
            }
            return 0;
        }
    }

    @Command(
            name = "list",
            aliases = "show",
            description = "List tags, their revisions, and the namespaces that live by them.",
            mixinStandardHelpOptions = true)
    static final class Table implements Callable<Integer> {
        @Mixin
        private Place place = new Place();

        @Option(
                names = {"-o", "--output"},
                paramLabel = "table|json|yaml",
                defaultValue = "table",
                description = "How (default: ${DEFAULT-VALUE}).")
        private String output = "";

        @Override
        public Integer call() {
            List<Row> rows;
            try (KubernetesClient client = place.cluster.connect()) {
                rows = new RevisionTags(client).rows();
            }
            PrintWriter out = place.out();
            switch (output) {
                case "json" -> out.println(new KubernetesSerialization().asJson(trees(rows)));
                case "yaml" ->
                    out.print(new KubernetesSerialization().asYaml(trees(rows)).replaceFirst("^---\\n", ""));
                case "table" -> table(rows, out);
                default ->
                    throw new CommandFailure(
                            CommandFailure.BAD_INPUT, "--output: " + output + " (expected: table, json or yaml)");
            }
            out.flush();
            return 0;
        }

        private static void table(List<Row> rows, PrintWriter out) {
            if (rows.isEmpty()) {
                out.println("no revision is installed");
                return;
            }
            List<Row> all = new ArrayList<>(List.of(new Row("TAG", "REVISION", List.of("NAMESPACES"))));
            all.addAll(rows);
            int tag = all.stream().mapToInt(row -> row.tag().length()).max().orElse(0);
            int revision =
                    all.stream().mapToInt(row -> row.revision().length()).max().orElse(0);
            for (Row row : all) {
                out.println((row.tag()
                                + " ".repeat(tag + 1 - row.tag().length())
                                + row.revision()
                                + " ".repeat(revision + 1 - row.revision().length())
                                + String.join(",", row.namespaces()))
                        .stripTrailing());
            }
        }

        private static List<Map<String, Object>> trees(List<Row> rows) {
            return rows.stream()
                    .map(row -> {
                        Map<String, Object> tree = new LinkedHashMap<>();
                        tree.put("tag", row.tag());
                        tree.put("revision", row.revision());
                        tree.put("namespaces", row.namespaces());
                        return tree;
                    })
                    .toList();
        }
    }

    @Command(
            name = "remove",
            aliases = "delete",
            description = "Take a tag away. Namespaces with its label get no sidecars any more.",
            mixinStandardHelpOptions = true)
    static final class Remove implements Callable<Integer> {
        @Mixin
        private Place place = new Place();

        @Parameters(paramLabel = "TAG", description = "The name.")
        private String tag = "";

        @Option(
                names = {"-y", "--skip-confirmation"},
                description = "Although namespaces live by it.")
        private boolean confirmed;

        @Override
        public Integer call() {
            try (KubernetesClient client = place.cluster.connect()) {
                RevisionTags tags = new RevisionTags(client);
                List<String> namespaces = tags.namespaces(tag);
                if (!confirmed && !namespaces.isEmpty() && !tags.objectsOf(tag).isEmpty()) {
                    throw new CommandFailure(
                            CommandFailure.FAILED,
                            "tag " + tag + ": namespaces live by it: " + String.join(", ", namespaces)
                                    + " (expected: other labels there, or --skip-confirmation)");
                }
                tags.remove(tag);
            }
            place.out().println("tag " + tag + " removed");
            return 0;
        }
    }
}
