package dev.lateen.install.image;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** A root file system in one tar file, made into an image of one layer, in the form that {@code docker save} writes. */
final class RootfsImage {
    private static final int GZIP_FIRST = 0x1f;
    private static final int GZIP_SECOND = 0x8b;

    private RootfsImage() {}

    /**
     * Writes the image.
     *
     * @param rootfs a tar file, gzipped or not
     * @param image the file to write
     * @param architecture such as {@code amd64}
     */
    static void write(Path rootfs, Path image, String architecture) throws IOException {
        Path layer = Files.createTempFile(image.toAbsolutePath().getParent(), "layer", ".tar");
        try {
            String digest = unpack(rootfs, layer);
            String config = "{\"architecture\":\"" + architecture + "\",\"os\":\"linux\",\"config\":{},"
                    + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:" + digest + "\"]}}";
            String manifest =
                    "[{\"Config\":\"config.json\",\"RepoTags\":[\"base:latest\"],\"Layers\":[\"layer.tar\"]}]";
            try (OutputStream out = Files.newOutputStream(image);
                    TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
                tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
                put(tar, "manifest.json", manifest);
                put(tar, "config.json", config);
                TarArchiveEntry entry = new TarArchiveEntry("layer.tar");
                entry.setSize(Files.size(layer));
                tar.putArchiveEntry(entry);
                Files.copy(layer, tar);
                tar.closeArchiveEntry();
            }
        } finally {
            Files.delete(layer);
        }
    }

    private static void put(TarArchiveOutputStream tar, String name, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(bytes.length);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
    }

    /** The tar file as it is without compression; answers its digest. */
    private static String unpack(Path rootfs, Path to) throws IOException {
        MessageDigest sha256 = sha256();
        try (InputStream file = new BufferedInputStream(Files.newInputStream(rootfs))) {
            file.mark(2);
            boolean gzipped = file.read() == GZIP_FIRST && file.read() == GZIP_SECOND;
            file.reset();
            try (InputStream plain = new DigestInputStream(gzipped ? new GZIPInputStream(file) : file, sha256);
                    OutputStream out = Files.newOutputStream(to)) {
                plain.transferTo(out);
            }
        }
        return HexFormat.of().formatHex(sha256.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
