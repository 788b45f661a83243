package dev.lateen.install.image;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Images in one file, as an OCI layout: what they have in common is in it once. Each says its whole name, with the registry that a short name leaves out, because
 * a container runtime knows an image by nothing else.
 */
final class ImageBundle implements AutoCloseable {
    private static final String INDEX = "index.json";
    private static final String REF_NAME = "org.opencontainers.image.ref.name";
    private static final String IMAGE_NAME = "io.containerd.image.name";

    private final TarArchiveOutputStream out;
    private final Set<String> written = new HashSet<>();
    private final JsonMapper json = JsonMapper.builder().build();
    private final ArrayNode manifests = json.createArrayNode();

    ImageBundle(Path file) throws IOException {
        OutputStream target = new BufferedOutputStream(Files.newOutputStream(file));
        out = new TarArchiveOutputStream(target);
        out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    }

    /**
     * Adds an image.
     *
     * @param image a tar file with an OCI layout of one image
     */
    void add(String name, Path image) throws IOException {
        try (InputStream file = new BufferedInputStream(Files.newInputStream(image));
                TarArchiveInputStream tar = new TarArchiveInputStream(file)) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (entry.getName().equals(INDEX)) {
                    for (JsonNode manifest :
                            json.readTree(tar.readAllBytes()).path("manifests").values()) {
                        ObjectNode named = ((ObjectNode) manifest).deepCopy();
                        named.putObject("annotations")
                                .put(IMAGE_NAME, wholeName(name))
                                .put(REF_NAME, wholeName(name));
                        manifests.add(named);
                    }
                } else if (!entry.isDirectory() && written.add(entry.getName())) {
                    begin(entry.getName(), entry.getSize());
                    tar.transferTo(out);
                    out.closeArchiveEntry();
                }
            }
        }
    }

    /** Ends the file. */
    @Override
    public void close() throws IOException {
        ObjectNode index = json.createObjectNode().put("schemaVersion", 2);
        index.set("manifests", manifests);
        byte[] text = index.toString().getBytes(StandardCharsets.UTF_8);
        begin(INDEX, text.length);
        out.write(text);
        out.closeArchiveEntry();
        out.close();
    }

    private void begin(String name, long size) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(size);
        out.putArchiveEntry(entry);
    }

    /** A reference with the registry, the folder and the tag that Docker's habit leaves out. */
    static String wholeName(String name) {
        int slash = name.indexOf('/');
        String first = slash < 0 ? "" : name.substring(0, slash);
        boolean registry = first.contains(".") || first.contains(":") || first.equals("localhost");
        String whole = registry ? name : "docker.io/" + (slash < 0 ? "library/" : "") + name;
        return whole.indexOf(':', whole.lastIndexOf('/')) < 0 ? whole + ":latest" : whole;
    }
}
