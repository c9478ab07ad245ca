#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| acrnet_fuzz::bodies::arm::run(input));
