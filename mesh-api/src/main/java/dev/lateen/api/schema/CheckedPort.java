package dev.lateen.api.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A TCP port, 1 to 65535, for which Istio's CRD says so too: not by a bound, but by a rule. */
@Uint32
@Range(min = 1, max = 65535, why = "the CRD has a rule for it")
@Cel(rule = "0 < self && self <= 65535", message = "port must be between 1-65535")
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE_USE)
public @interface CheckedPort {}
