package dev.lateen.api.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A TCP port that a connection can be made to: 1 to 65535. Istio's CRD often allows any 32-bit number, its webhook does not. */
@Uint32
@Range(min = 1, max = 65535, why = "a port is 1 to 65535, as Istio's webhook has it")
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE_USE)
public @interface Port {}
