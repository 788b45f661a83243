package dev.lateen.install.image;

import dev.lateen.api.Release;
import dev.lateen.install.command.CommandGroup;
import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.failure.IoReason;
import dev.lateen.install.scratch.TemporaryFiles;
import dev.lateen.install.standin.SampleImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
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
        private static final int FIRST_FREE_PORT = 1024;

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
                description = "A tar file to write, an OCI layout as container runtimes import it (default: push to the"
                        + " names' registries).")
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

        @Option(
                names = "--stand-in",
                paramLabel = "NAME",
                description =
                        "Also make an image of this name, which plays the sample of Istio's that is called so, for"
                                + " a cluster that can't pull the original; may be repeated.")
        private List<String> standIns = new ArrayList<>();

        @Option(
                names = "--stand-ins",
                paramLabel = "MANIFEST",
                description = "The same for all images of samples that a file such as bookinfo.yaml uses; may be"
                        + " repeated.")
        private List<Path> manifests = new ArrayList<>();

        @Option(names = "--insecure-registry", description = "Take plain HTTP and unknown certificates for good.")
        private boolean insecure;

        @Override
        public Integer call() throws InterruptedException {
            ImageBootstrap own = ImageBootstrap.ofProcess();
            Map<String, ImageProcess> images = images();
            try {
                Path scratch = Files.createTempDirectory("lateen-image");
                try {
                    ImageTree tree = tree(own, Files.createDirectory(scratch.resolve("root")), images.size() > 1);
                    spec.commandLine().getErr().println(images.size() > 1 ? "writing the images" : "writing the image");
                    write(images, tree, own, scratch);
                } finally {
                    TemporaryFiles.delete(scratch);
                }
            } catch (IOException e) {
                throw new CommandFailure(
                        CommandFailure.FAILED, "image build: " + e.getMessage() + ": " + IoReason.of(e));
            }
            return 0;
        }

        /** By name, the mesh's own first. */
        private Map<String, ImageProcess> images() {
            Map<String, ImageProcess> images = new LinkedHashMap<>();
            images.put(name, ImageProcess.ofMesh());
            for (String sample : SampleNames.of(standIns, manifests)) {
                int port = SampleImage.of(sample).map(SampleImage::defaultPort).orElse(0);
                images.put(sample, ImageProcess.ofStandIn(sample, port > 0 && port < FIRST_FREE_PORT));
            }
            return images;
        }

        private ImageTree tree(ImageBootstrap own, Path root, boolean standIn) throws InterruptedException {
            ImageTree tree = new ImageTree(root, own, spec.commandLine().getErr()::println);
            tree.make();
            if (standIn) {
                tree.addStandIn();
            }
            return tree;
        }

        private void write(Map<String, ImageProcess> images, ImageTree tree, ImageBootstrap own, Path scratch)
                throws IOException, InterruptedException {
            Path file = output;
            if (file == null) {
                for (Map.Entry<String, ImageProcess> image : images.entrySet()) {
                    write(image, null, tree, own, scratch);
                }
                return;
            }
            Path one = scratch.resolve("image.tar");
            try (ImageBundle bundle = new ImageBundle(file)) {
                for (Map.Entry<String, ImageProcess> image : images.entrySet()) {
                    write(image, one, tree, own, scratch);
                    bundle.add(image.getKey(), one);
                }
            }
        }

        private void write(
                Map.Entry<String, ImageProcess> image,
                @Nullable Path file,
                ImageTree tree,
                ImageBootstrap own,
                Path scratch)
                throws IOException, InterruptedException {
            ImageBuild build = new ImageBuild(image.getKey(), base, image.getValue(), file, insecure);
            spec.commandLine().getOut().println(image.getKey() + " " + build.write(tree, scratch, own.architecture()));
        }
    }
}
