package dev.lateen.install.image;

import dev.lateen.api.Release;
import dev.lateen.install.command.CommandGroup;
import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.failure.IoReason;
import dev.lateen.install.scratch.TemporaryFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code meshctl image build}: the image of every role, without a Docker daemon. */
@Command(
        name = "image",
        description = "Make the container image that every role runs from.",
        mixinStandardHelpOptions = true,
        subcommands = ImageCommand.Build.class)
public final class ImageCommand extends CommandGroup {

    @Command(
            name = "build",
            description = "Build it from this distribution, into a registry or a file.",
            mixinStandardHelpOptions = true)
    static final class Build implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Option(
                names = {"-t", "--tag"},
                paramLabel = "NAME",
                defaultValue = "docker.io/lateen/lateen:" + Release.VERSION,
                description = "The image's name (default: ${DEFAULT-VALUE}).")
        private String name = "";

        @Option(
                names = {"-o", "--output"},
                paramLabel = "FILE",
                description = "A tar file to write, as docker save does (default: push it to the name's registry).")
        private @Nullable Path output;

        @Option(
                names = "--base",
                paramLabel = "IMAGE",
                defaultValue = BaseImage.USUAL,
                description =
                        "What it stands on: an image with a C library and, where no network plugin redirects for pods,"
                            + " iptables; tar:FILE as docker save writes one, rootfs:FILE with a root file system, or"
                            + " scratch (default: ${DEFAULT-VALUE}).")
        private String base = "";

        @Option(names = "--insecure-registry", description = "Take plain HTTP and unknown certificates for good.")
        private boolean insecure;

        @Override
        public Integer call() throws InterruptedException {
            ImageBootstrap own = ImageBootstrap.ofProcess();
            Consumer<String> progress = spec.commandLine().getErr()::println;
            try {
                Path scratch = Files.createTempDirectory("lateen-image");
                try {
                    Path root = Files.createDirectory(scratch.resolve("root"));
                    ImageTree tree = new ImageTree(root, own, progress);
                    tree.make();
                    progress.accept("writing the image");
                    ImageBuild build = new ImageBuild(name, base, output, insecure);
                    spec.commandLine().getOut().println(name + " " + build.write(tree, scratch, own.architecture()));
                } finally {
                    TemporaryFiles.delete(scratch);
                }
            } catch (IOException e) {
                throw new CommandFailure(
                        CommandFailure.FAILED, "image build: " + e.getMessage() + ": " + IoReason.of(e));
            }
            return 0;
        }
    }
}
