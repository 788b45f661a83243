package dev.lateen.proxy.xds.decode;

import java.io.IOException;

/** Reads a file that a {@code DataSource} names. Files are read while a resource is decoded, as Envoy does. */
@FunctionalInterface
public interface FileSource {
    /** Refuses every file: for resources that must not name any. */
    FileSource NONE = path -> {
        throw new IOException("files can't be read here");
    };

    /** The bytes of the file. */
    byte[] read(String path) throws IOException;
}
