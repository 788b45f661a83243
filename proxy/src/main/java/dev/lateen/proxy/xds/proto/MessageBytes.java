package dev.lateen.proxy.xds.proto;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A message that is written field by field: to memory, where no I/O error can happen. */
public interface MessageBytes {
    void writeTo(CodedOutputStream out) throws IOException;

    static ByteString of(MessageBytes content) {
        try {
            ByteString.Output bytes = ByteString.newOutput();
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            content.writeTo(out);
            out.flush();
            return bytes.toByteString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
